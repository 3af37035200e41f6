"""Times PyTorch's batch norm on the CPU, one thread, and prints JSON: "type/shape/operation": {best, median}, in seconds.

tests/bench/native.mjs runs it and compares the times with ours. (It could not import torch if it had that name.)
"""

import json
import statistics
import time

import torch
import torch.nn.functional as F

TYPES = {"f32": torch.float32, "f64": torch.float64}
# The same list as in common.mjs.
SHAPES = [(32, 256), (256, 256), (4096, 256), (64, 64, 28, 28), (8, 256, 56, 56)]
EPS = 1e-5
# One timing lasts at least so long, in seconds.
SHORTEST_TIMING = 2e-3
ROUNDS = 5


def operations_on(shape, dtype):
    """The operations by name, as functions without arguments."""
    channels = shape[1]
    x, dy = torch.rand(shape, dtype=dtype), torch.rand(shape, dtype=dtype)
    gamma, beta, mean, var = (0.5 + torch.rand(channels, dtype=dtype) for _ in range(4))
    followed = [tensor.clone().requires_grad_() for tensor in (x, gamma, beta)]
    _, saved_mean, saved_invstd = torch.native_batch_norm(x, gamma, beta, None, None, True, 0.1, EPS)

    def forward_train():
        with torch.no_grad():
            F.batch_norm(x, None, None, gamma, beta, training=True, eps=EPS)

    def inference():
        with torch.no_grad():
            F.batch_norm(x, mean, var, gamma, beta, training=False, eps=EPS)

    def backward():
        torch.ops.aten.native_batch_norm_backward(
            dy, x, gamma, None, None, saved_mean, saved_invstd, True, EPS, [True, True, True]
        )

    def forward_backward():
        leaf_x, leaf_gamma, leaf_beta = followed
        y = F.batch_norm(leaf_x, None, None, leaf_gamma, leaf_beta, training=True, eps=EPS)
        torch.autograd.grad(y, followed, dy)

    return [forward_train, inference, backward, forward_backward]


def seconds_of(operation, repeats):
    start = time.perf_counter()
    for _ in range(repeats):
        operation()
    return (time.perf_counter() - start) / repeats


def time_all(operations):
    """Best and median of each; they take turns."""
    repeats = {}
    for operation in operations:
        seconds_of(operation, 3)
        repeats[operation] = 1 + int(SHORTEST_TIMING / seconds_of(operation, 3))
    seconds = {operation: [] for operation in operations}
    for _ in range(ROUNDS):
        for operation in operations:
            seconds[operation].append(seconds_of(operation, repeats[operation]))
    return {
        operation.__name__: {"best": min(times), "median": statistics.median(times)}
        for operation, times in seconds.items()
    }


torch.set_num_threads(1)
result = {}
for type_name, dtype in TYPES.items():
    for shape in SHAPES:
        for operation_name, timing in time_all(operations_on(shape, dtype)).items():
            result[f"{type_name}/{shape}/{operation_name}"] = timing
print(json.dumps(result))
