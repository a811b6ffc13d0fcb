"""The service, as far as one picture needs it, with each answer there to be changed."""

import json
from typing import Any

import httpx
import respx

from support import ORIGIN, picture

API = f"{ORIGIN}/api/v1"
RESULT_URL = "http://results.example/poster.jpg?Signature=abc"
TASK = "task-1"


def task(status: str, **output: Any) -> httpx.Response:
    """The answer to a query (docs/model-studio.md 2.1)."""
    body = {"request_id": "r-2", "output": {"task_id": TASK, "task_status": status} | output}
    return httpx.Response(200, json=body | ({"usage": {"image_count": 1}} if status == "SUCCEEDED" else {}))


def listed(status: str, **row: Any) -> httpx.Response:
    """A page of the task list (docs/model-studio.md 2.2)."""
    rows = [{"task_id": TASK, "status": status, "gmt_create": 0} | row]
    return httpx.Response(200, json={"data": rows, "page_no": 1, "total_page": 1})


class Service:
    """Everything that one picture needs, each route there to be changed."""

    def __init__(self, router: respx.Router) -> None:
        self.router = router
        policy = {
            "policy": "p",
            "signature": "s",
            "upload_dir": "dir",
            "upload_host": "https://upload.example",
            "expire_in_seconds": 300,
            "max_file_size_mb": 100,
            "oss_access_key_id": "id",
            "x_oss_object_acl": "private",
            "x_oss_forbid_overwrite": "true",
        }
        self.policy = router.get(f"{API}/uploads").respond(json={"request_id": "r-0", "data": policy})
        self.upload = router.post("https://upload.example").respond(200)
        self.submit = router.post(f"{API}/services/aigc/image2image/image-synthesis").mock(return_value=task("PENDING"))
        self.list = router.get(f"{API}/tasks").mock(
            side_effect=[listed("PENDING"), listed("RUNNING"), *[listed("SUCCEEDED")] * 99]
        )
        self.query = router.get(f"{API}/tasks/{TASK}").mock(return_value=task("SUCCEEDED", image_url=RESULT_URL))
        self.download = router.get(RESULT_URL).respond(content=picture(kind="JPEG"))

    @property
    def sent(self) -> dict[str, Any]:
        """The body of the submission."""
        return dict(json.loads(self.submit.calls[0].request.content))
