"""Upload policy, the upload host, and result downloads (docs/model-studio.md 8 and 2.1)."""

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from .call import Call
from .catalogue import MODELS
from .errors import Refusal, invalid, no_such_model, throttled
from .limits import POLICY


async def policy(call: Call) -> Response:
    """`GET /api/v1/uploads?action=getPolicy&model=`."""
    given = call.request.query_params
    if given.get("action") != "getPolicy":
        raise invalid("action must be getPolicy.")
    name = call.model = given.get("model", "")
    if name not in MODELS:
        raise no_such_model(name)
    if not call.sandbox.limits.allow(f"policy {name}", POLICY):
        raise throttled()
    return JSONResponse({"request_id": call.request_id, "data": call.sandbox.uploads.policy(name)})


async def upload(call: Call) -> Response:
    """The object store's form POST: no key, an empty body when all is well."""
    async with call.request.form() as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Refusal(400, "InvalidArgument", "POST requires exactly one file upload per request.")
        call.sandbox.uploads.store(fields, await file.read())
    return Response(status_code=200)


async def download(call: Call) -> Response:
    """A result picture behind its signed address."""
    results, name = call.sandbox.results, call.request.path_params["name"]
    picture = results.read(name, call.request.query_params)
    if not results.was_withdrawn(name) and call.strikes("expire"):
        results.withdraw(name)
        raise Refusal(403, "AccessDenied", "Request has expired.", fault="expire")
    return Response(picture, media_type="image/png" if name.endswith(".png") else "image/jpeg")
