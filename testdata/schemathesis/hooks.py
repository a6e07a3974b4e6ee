"""Lets a part of what Schemathesis generates get behind the checks of requests: with circuits that run, and with ids of jobs that exist.

What is put in depends on what was generated, so that a run can be repeated by its seed.
"""

import copy
import json
import zlib

import schemathesis

HEAD = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'
CIRCUITS = [
    HEAD + "qreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n",
    HEAD + "qreg q[12];\ncreg c[12];\nh q;\nmeasure q -> c;\n",
    HEAD + "qreg q[25];\ncreg c[25];\nx q;\nmeasure q -> c;\n",
    HEAD + "qreg q[200];\nx q;\n",
    "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[3] q;\nbit[3] c;\nh q;\nc = measure q;\n",
    HEAD + "qreg q[1];\nnone q[0];\n",
]
JOBS = ["seeded", "seeded", "purged"]


def number(value):
    return zlib.crc32(json.dumps(value, sort_keys=True, default=str).encode("utf-8", "surrogatepass"))


@schemathesis.hook
def map_body(context, body):
    if not isinstance(body, dict):
        return body
    n = number(body)
    body = copy.deepcopy(body)  # the generator keeps its own
    holder = body.get("circuit") if isinstance(body.get("circuit"), dict) else body
    if isinstance(holder.get("qasm"), str) and n % 3:
        holder["qasm"] = CIRCUITS[n // 3 % len(CIRCUITS)]
        if n % 5 and isinstance(body.get("method"), str):
            body["method"] = "auto"
        if n % 7 and isinstance(body.get("backend_id"), str):
            body["backend_id"] = "auto"
        if n % 4 and isinstance(body.get("shots"), int) and body["shots"] > 1000:
            body["shots"] = body["shots"] % 1000 + 1
    return body


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if isinstance(path_parameters, dict) and "job_id" in path_parameters:
        n = number(path_parameters)
        if n % 3:
            path_parameters = {**path_parameters, "job_id": JOBS[n // 3 % len(JOBS)]}
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    if isinstance(query, dict) and str(query.get("wait", "0")) not in ("0", "false"):
        if number(query) % 20:
            query = {**query, "wait": "0.01"}
    return query
