"""The statuses of a range such as `4XX`, as types: the registered ones (RFC 9110 16.2.1)."""

from __future__ import annotations

from typing import Literal

_Registered4XX = Literal[400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418]

Success = Literal[200, 201, 202, 203, 204, 205, 206, 207, 208, 226]
Redirection = Literal[300, 301, 302, 303, 304, 305, 307, 308]
ClientError = Literal[_Registered4XX, 421, 422, 423, 424, 425, 426, 428, 429, 431, 451]
ServerError = Literal[500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511]
Default = Literal[Success, Redirection, ClientError, ServerError]

# The most common status of each range.
DEFAULT_STATUS = {"Success": 200, "Redirection": 303, "ClientError": 400, "ServerError": 500, "Default": 200}
