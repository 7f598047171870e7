"""Comments: what their tests need beyond the document."""

COSTS = {
    "listPostComments": 1 + 2,  # the post, and the page
    "createComment": 1 + 2,
    "getComment": 1 + 2,
    "deleteComment": 1 + 3,
}
ACCESS = {  # on a draft of Grace's
    "listPostComments": (404, 200, 404, 200, 401),
    "createComment": (401, 201, 404, 201, 401),
    "getComment": (404, 200, 404, 200, 401),
    "deleteComment": (401, 204, 404, 204, 401),
}
