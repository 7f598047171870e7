"""`python -m app completion`: scripts that complete commands, options and values in a shell.

To the shell, the program is `python`, so the scripts look for `-m app` after it and leave other uses of Python alone.
They run the program itself, and pass the words that were typed in environment variables, which typer reads.
"""

from __future__ import annotations

import typer

_BASH = """\
_accord_completion() {
    if [[ "${COMP_WORDS[1]} ${COMP_WORDS[2]}" == "-m app" && $COMP_CWORD -gt 2 ]]; then
        local IFS=$'\\n' words
        printf -v words '%s ' app "${COMP_WORDS[@]:3}"
        COMPREPLY=($(COMP_WORDS=$words COMP_CWORD=$((COMP_CWORD - 2)) _ACCORD_COMPLETE=complete_bash "$1" -m app 2>/dev/null))
    elif declare -F _comp_cmd_python >/dev/null; then
        _comp_cmd_python "$@"
    elif declare -F _python >/dev/null; then
        _python "$@"
    fi
}
complete -o default -F _accord_completion python python3
"""

_ZSH = """\
_accord_completion() {
    if [[ "$words[2] $words[3]" == "-m app" && $CURRENT -gt 3 ]]; then
        local typed="app ${(j: :)words[4,CURRENT]}"
        eval "$(_TYPER_COMPLETE_ARGS=$typed _ACCORD_COMPLETE=complete_zsh ${(Q)~words[1]} -m app 2>/dev/null)"
    else
        _python "$@"
    fi
}
compdef _accord_completion python python3
"""

_FISH = """\
function __accord_complete
    set -l words (commandline -opc) (commandline -ct)
    test (count $words) -gt 3; and test "$words[2] $words[3]" = "-m app"; or return 1
    set -lx _ACCORD_COMPLETE complete_fish
    set -lx _TYPER_COMPLETE_FISH_ACTION $argv[1]
    set -lx _TYPER_COMPLETE_ARGS "app $words[4..-1]"
    $words[1] -m app 2>/dev/null
end
complete -c python -c python3 -n '__accord_complete is-args' -f -a '(__accord_complete get-args)'
"""

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def completion(*, shell: str) -> None:
    """Print the script of a shell."""
    typer.echo(_SCRIPTS[shell], nl=False)
