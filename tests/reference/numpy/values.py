"""Writes values.json: small programs, and what NumPy makes of them. cpp/programs has to make the same of each.

    python3 tests/reference/numpy/values.py

A program sees the arrays of `inputs` and leaves its result in r. What NumPy refuses is kept in its words. Results of
sums, products, quotients and roots must agree to the last bit; where NumPy leaves the order of additions to a library,
or calls another exp, a program stands in one of the lists with `ulps`, the units in the last place it may differ. Whole
programs are those of tests/programs; `relative` is what they may differ by, relative to the largest value.
"""

import json
import pathlib
import re
import warnings

import numpy as np

# NumPy 2 has these rules of promotion; in 1.24 they have to be asked for.
if hasattr(np, "_set_promotion_state"):
    np._set_promotion_state("weak")
warnings.filterwarnings("ignore")


def numbers(count, spread=1.0, offset=0.0):
    """Numbers without a pattern that a sum could hide in, the same everywhere."""
    return np.array([offset + spread * (((37 * k * k + 11 * k + 5) % 101) / 33.0 - 1.5) for k in range(count)])


inputs = {
    "x": numbers(12).reshape(4, 3),
    "dy": numbers(12, 0.7, 0.1).reshape(4, 3),
    "gamma": np.array([1.5, -0.7, 0.3]),
    "beta": np.array([0.1, 0.2, -0.4]),
    "eps": 1e-5,
    "v": numbers(4),
    "long": numbers(1000, 3.0, 1e3),
    "tall": numbers(900, 2.0, 50.0).reshape(300, 3),
    "wide": numbers(900, 2.0, 50.0).reshape(3, 300),
    "images": numbers(48).reshape(2, 3, 2, 4),
    "large_images": numbers(2 * 3 * 12 * 20, 1.0, 10.0).reshape(2, 3, 12, 20),
    "n": np.arange(6).reshape(2, 3),
    "single": numbers(600, 1.0, 100.0).astype(np.float32).reshape(200, 3),
    "mask": np.array([True, False, True, True]),
    "running_mean": np.array([0.5, -1.0, 2.0]),
    "running_var": np.array([0.8, 2.5, 1.25]),
    "momentum": 0.9,
    "weight": numbers(6).reshape(2, 3),
    "bias": np.array([0.3, -0.2, 0.7]),
    "mean_a": np.array([1.0, 2.0, -0.5]),
    "var_a": np.array([0.5, 1.5, 2.0]),
    "m_a": 5,
    "mean_b": np.array([0.0, 2.5, 1.0]),
    "var_b": np.array([1.0, 0.25, 0.75]),
    "m_b": 3,
}

exact = r"""
x + 1
1 - x
x * 2
x / 3
x // 0.5
x % 0.7
-x
+x
x ** 2
x ** 1
(x * x) ** 0.5
x ** -1
x + gamma
x - x.mean(axis=0)
x * gamma + beta
x + v[:, None]
gamma[None, :] * v[:, None]
x + dy * 2 - 1 / (dy * dy + 1)
2 ** 3
2 ** -1
7 // 2
-7 // 2
7 % 3
-7 % 3
7.5 // 2
-7.5 % 2
7 / 2
1e3 + 1_000
True + True
1 if 2 > 1 else 0
not 0
1 and 2
0 or 3
2 > 1 and 3 > 2
n / 2
n // 2
n % 2
n * 2
n + 0.5
n ** 2
-n
n // 0
n % 0
n / 0
n.mean()
n.mean(axis=0)
n.var(axis=1)
n.sum()
n.sum(axis=1)
np.sqrt(n)
np.square(n)
np.abs(n - 3)
n == 2
n > 2
n + True
(n > 2) * 1
(n > 2) * 2.5
(n > 2) + (n < 1)
(n > 2) * (n < 5)
np.sum(n > 2)
np.mean(n > 2)
(n > 2).sum(axis=0)
x > 0
x >= gamma
x != x
x <= 0.5
x == x
x < v[:, None]
np.sum(x)
np.sum(x, axis=0)
np.sum(x, axis=1)
np.sum(x, axis=-1)
np.sum(x, axis=0, keepdims=True)
np.sum(x, 1, keepdims=True)
np.sum(x, axis=(0, 1))
x.sum()
x.sum(0)
x.sum(axis=1, keepdims=True)
np.sum(long)
np.mean(long)
np.var(long)
np.std(long)
np.sum(long[:128])
np.sum(long[:129])
np.sum(long[:7])
np.sum(long[::2])
np.sum(long[::-1])
np.sum(tall)
np.sum(tall, axis=0)
np.sum(tall, axis=1)
np.mean(tall, axis=0)
np.var(tall, axis=0)
np.sum(wide, axis=1)
np.sum(wide, axis=0)
np.var(wide, axis=1)
np.sum(tall.T, axis=1)
np.sum(tall.T, axis=0)
np.mean(wide.T, axis=0)
tall[:, 1].sum()
tall[:, :2].sum(axis=0)
np.mean(x, axis=0)
np.mean(x, axis=0, keepdims=True)
np.mean(x)
x.mean()
x.mean(1)
x.mean(axis=(0, 1), keepdims=True)
np.var(x, axis=0)
np.var(x, axis=0, ddof=1)
np.var(x, axis=1, keepdims=True)
np.var(x)
x.var(0)
x.var(axis=0, ddof=1, keepdims=True)
np.var(x, ddof=12)
np.std(x, axis=0)
np.std(x, axis=0, ddof=1)
x.std()
np.max(x)
np.min(x, axis=0)
x.max(axis=1)
x.min(axis=1, keepdims=True)
np.amax(x, axis=0)
np.maximum(x, 0)
np.minimum(x, gamma)
np.maximum(3, 4)
np.sqrt(x * x + eps)
np.sqrt(2)
np.sqrt(-1.0)
np.square(x)
np.abs(x)
np.absolute(-3)
abs(-2.5)
np.multiply(x, gamma)
np.outer(v, gamma)
np.outer(gamma, gamma)
np.where(x > 0, x, 0)
np.where(x > 0, x, -x)
np.where(True, 1, 2)
np.zeros(3)
np.zeros((2, 3))
np.ones((2, 1))
np.zeros((2, 2), dtype=int)
np.zeros_like(x)
np.ones_like(gamma)
np.zeros_like(n)
np.zeros_like(n, dtype=float)
np.full((2, 2), 7.0)
np.full(3, 2)
np.arange(5)
np.arange(2, 8, 2)
np.arange(0.0, 1.0, 0.25)
np.arange(5, 0, -1)
np.array([1, 2, 3])
np.array([1, 2.5])
np.array([[1, 2], [3, 4]])
np.array([True, False])
np.array([1, 2, 3], dtype=np.float64)
np.array([1.7, -2.7]).astype(int)
np.asarray(gamma)
np.float64(3)
np.float64(1) / 0
np.float64(-1) / 0
np.float64(0) / 0
np.float32(0.1)
np.expand_dims(gamma, 0)
np.expand_dims(gamma, axis=1)
np.expand_dims(v, axis=(0, 2))
np.squeeze(x[:1])
np.squeeze(x[:, :1], axis=1)
np.reshape(x, (3, 4))
x.reshape(2, 6)
x.reshape((6, -1))
x.reshape(-1)
x.T.reshape(-1)
x.ravel()
x.T.flatten()
np.transpose(x)
x.T
x.T + v
x.transpose(1, 0)
images.transpose(0, 2, 3, 1)
images.transpose(0, 2, 3, 1).reshape(-1, 3)
images.transpose((1, 0, 2, 3)).reshape(3, -1).mean(axis=1)
images.mean(axis=(0, 2, 3))
images.var(axis=(0, 2, 3), keepdims=True)
images.sum(axis=(2, 3))
images - images.mean(axis=(0, 2, 3), keepdims=True)
large_images.mean(axis=(0, 2, 3))
large_images.var(axis=(0, 2, 3))
large_images.sum(axis=(2, 3))
large_images.sum(axis=(1, 2, 3))
large_images.sum(axis=1)
large_images.transpose(0, 2, 3, 1).reshape(-1, 3).mean(axis=0)
images * gamma[None, :, None, None] + beta.reshape(1, -1, 1, 1)
images[:, 0]
images[..., 0]
images[0, :, 1]
images[:, :, None].shape
x[0]
x[-1]
x[0, 1]
x[:, 0]
x[1:3]
x[::2]
x[::-1]
x[:, ::-1]
x[-3:-1, 1:]
x[5:]
x[None, :].shape
x[:, None].shape
x[:, np.newaxis, 0]
x[...]
x[mask]
x[x > 0]
v[mask]
v[n[1] - 3]
x[mask].mean(axis=0)
x.shape
x.shape[0]
x.shape[-1]
x.ndim
x.size
len(x)
len(x.shape)
x.shape == (4, 3)
images.shape[2:]
(1,) + gamma.shape
float(x[0, 0])
int(3.7)
int(-3.7)
sum([1, 2, 3])
sum(v)
sum(x)
max(3, 5)
min([4, 2.5, 3])
max(v)
single.dtype == np.float32
single.mean(axis=0)
single.sum()
single.sum(axis=1)
single.var(axis=0)
np.mean(single * single, axis=0) - np.mean(single, axis=0) ** 2
single * 2
single + 0.1
single / 3
single * gamma
single + n[0]
np.sqrt(single)
x.astype(np.float32)
x.astype(np.float32).mean(axis=0)
x.astype('float32') + 1
(x * 3).astype(int)
n.astype(np.float32) / 3
single.astype(np.float64).var(axis=0)
np.mean(single, axis=0, dtype=np.float64)
np.float32(1) + x
np.sum(x * (x > 0), axis=0) / np.sum(x > 0, axis=0)
(x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + eps)
gamma * ((x - x.mean(0)) / np.sqrt(x.var(0) + eps)) + beta
None is None
x is not None
"""

# A product of matrices may add in any order, and powers and logarithms are the C library's.
rounded = r"""
x @ gamma
v @ x
v @ v
x.T @ dy
np.dot(x.T, dy)
np.dot(v, v)
x.dot(gamma)
np.matmul(x, dy.T)
np.dot(x, 2)
np.ones(4) @ x / 4
np.exp(x)
np.log(x * x + 1)
np.exp(1)
x ** 3
(x * x + eps) ** -0.5
(x * x + eps) ** -1.5
(x * x + eps) ** (-3 / 2)
2.0 ** x
2.5 ** 1.5
(np.var(x, axis=0) + eps) ** (-1.5)
"""

several_lines = r'''
r = x
r = r + 1
---
N, C = x.shape
r = N * 10 + C
---
a, b = 1, 2
a, b = b, a
r = a - b
---
(a, b), c = (1, 2), 3
r = a + b * c
---
a = b = 2
r = a * b
---
r = 1; r += 2; r *= 5; r -= 1; r /= 4
---
r = 7
r //= 2
r **= 3
---
r = np.zeros(3)
r += gamma
r *= 2
---
r = x.copy()
r -= r.mean(axis=0)
---
r = x.copy()
s = r
s += 1
---
r = x.copy()
row = r[0]
row[:] = 0
---
r = x.copy()
r.T[0] = 5
---
r = x.copy()
t = r[0, 0]
r[0, 0] = 100
r = t
---
r = np.zeros((4, 3))
for j in range(3):
    r[:, j] = x[:, j] - x[:, j].mean()
---
r = np.zeros(3)
for i in range(len(x)):
    for j in range(x.shape[1]):
        r[j] += x[i, j] / len(x)
---
r = 0
for i in range(10):
    if i % 2 == 0:
        continue
    if i > 7:
        break
    r += i
---
r = 0
for i in range(5, 0, -2): r = r * 10 + i
---
r = 0.0
for value in v:
    r += value
---
r = np.zeros(3)
for row in x:
    r += row
---
r = x.copy()
r[r < 0] = 0
---
r = x.copy()
r[mask] = gamma
---
r = x.copy()
r[:, 1] *= 3
r[0] += gamma
r[-1, -1] = 9
---
r = np.zeros_like(n)
r[0] = [1.9, 2.2, -3.7]
---
r = np.zeros((2, 2))
r[...] = 3
---
r = 1 if x.ndim == 2 else 2
---
if x.shape[0] > 100:
    r = 1
elif x.shape[0] > 3:
    r = 2
else:
    r = 3
---
def f(a, b=2):
    # a comment
    """A docstring."""
    return a * b, a + b
r, s = f(3)
r = r * 100 + s
---
def mean(x):
    return x.sum(axis=0) / x.shape[0]
r = mean(x=x)
---
import numpy as np
r = np.mean(x, axis=0)   # of each column
---
r = (x
     + 1   # within brackets lines go on
     )
---
r = x \
    + 1
---
d = {'eps': 1e-5, 'momentum': 0.9}
r = d['eps'] + d.get('momentum', 0.5) + d.get('other', 2)
d['new'] = r
r = d['new']
---
cache = (x, gamma, eps)
a, b, c = cache
r = a * b + c
---
mode = 'train'
if mode == 'train':
    r = 1
else:
    raise ValueError('unknown mode')
---
def forward(x, gamma, beta, eps):
    N, D = x.shape
    mu = 1./N * np.sum(x, axis = 0)
    xmu = x - mu
    sq = xmu ** 2
    var = 1./N * np.sum(sq, axis = 0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1./sqrtvar
    xhat = xmu * ivar
    gammax = gamma * xhat
    out = gammax + beta
    cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
    return out, cache
r, cache = forward(x, gamma, beta, eps)
---
def backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1. / (sqrtvar**2) * divar
    dvar = 0.5 * 1. / np.sqrt(var + eps) * dsqrtvar
    dsq = 1. / N * np.ones((N, D)) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1. / N * np.ones((N, D)) * dmu
    return dx1 + dx2, dgamma, dbeta
mu = x.mean(axis=0)
var = x.var(axis=0)
s = np.sqrt(var + eps)
dx, dgamma, dbeta = backward(dy, ((x - mu) / s, gamma, x - mu, 1 / s, s, var, eps))
r = dx
---
bn_param = {'mode': 'train'}
momentum = bn_param.get('momentum', 0.9)
running_mean = bn_param.get('running_mean', np.zeros(3, dtype=x.dtype))
running_mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0)
bn_param['running_mean'] = running_mean
r = bn_param['running_mean']
---
r = 0
for i in range(3):
    pass
r = i
---
assert x.shape == (4, 3), "shape"
print("shape", x.shape)
r = 1
'''

errors = r"""
x + v
x - x.mean(axis=1)
x @ dy
x @ v
np.dot(x, dy)
np.dot(gamma, v)
x.sum(axis=2)
x.mean(axis=(0, 0))
x[4]
x[0, 3]
x[0, 0, 0]
x.reshape(5, 3)
np.zeros(-1)
1 / 0
1 // 0
n ** -1
(n > 1) - (n > 2)
x[0.5]
if_undefined
x[:, ::0]
np.squeeze(x, axis=0)
x.transpose(0, 1, 2)
bool_test = 1 if x > 0 else 2
np.mean(x, axes=0)
len(3.0)
(1, 2)[2]
np.max(np.zeros(0))
x[np.array([True, False])]
"""

errors_of_lines = r"""
r = x.copy()
r += v
---
r = np.zeros(3)
r += x
---
r = np.zeros(3, dtype=int)
r += 0.5
---
r = np.zeros((2, 3))
r[:, 0] = gamma
---
a, b = 1, 2, 3
---
a, b, c = 1, 2
---
a, b = x
---
x[mask] = v
---
for i in 3: pass
---
f = 3
f(1)
---
def f(a): return a
f()
---
def f(a): return a
f(1, 2)
---
x[5, :] = 0
"""


# What the tasks of tests/programs leave behind, and what they find where it is not the inputs above.
outputs = {
    "statistics": "batch_mean, batch_var",
    "normalize": "x_hat",
    "forward": "y",
    "backward": "dx, dgamma, dbeta",
    "parameter_gradients": "dgamma, dbeta",
    "forward_images": "y",
    "backward_images": "dx, dgamma, dbeta",
    "layer_norm": "y",
    "layer_norm_backward": "dx, dgamma, dbeta",
    "running_statistics": "running_mean, running_var",
    "running_statistics_torch": "running_mean, running_var",
    "inference": "y",
    "backward_frozen": "dx, dgamma, dbeta",
    "fold": "folded_weight, folded_bias",
    "merge_statistics": "batch_mean, batch_var",
    "statistics_single": "batch_mean, batch_var",
}
before = {"images": "x = images\ndy = images[::-1] * 0.5 + 1\n", "single": "x = single\n"}


def sections():
    """The programs of tests/programs that are lines without functions and run to their ends."""
    for file in ("forward", "backward", "others"):
        text = (pathlib.Path(__file__).parents[2] / "programs" / f"{file}.py").read_text()
        for section in re.split(r"^# === ", text, flags=re.M)[1:]:
            header, program = section.split("\n", 1)
            task = header.split(":")[0] if file == "others" else file
            verdict = header.split(": ")[-1].split()[0]
            if "def " in program or verdict in ("failed", "refused"):
                continue
            given = before.get(task.split("_")[-1], "")
            yield f"{given}{program.strip()}\nr = {outputs[task]}"


def plain(value):
    """A value as JSON can hold it: {type, shape, values}, or {items} for a tuple."""
    if isinstance(value, tuple):
        return {"items": [plain(each) for each in value]}
    array = np.asarray(value)
    named = {"bool": "bool", "int64": "int64", "float32": "float32", "float64": "float64"}[str(array.dtype)]
    values = [float(each) for each in array.reshape(-1)]
    spelled = [str(each) if each != each or abs(each) == float("inf") else each for each in values]
    return {"type": named, "shape": list(array.shape), "values": spelled}


def entry(program, **more):
    names = {"np": np, **{name: value.copy() if hasattr(value, "copy") else value for name, value in inputs.items()}}
    try:
        exec(program, names)
    except SyntaxError:
        raise
    except Exception as error:
        return {"program": program, "error": f"{type(error).__name__}: {error}".strip()}
    return {"program": program, **more, "value": plain(names["r"])}


def lines(block):
    return [f"r = {line}" for line in block.strip().splitlines()]


def blocks(block):
    return [each.strip("\n") for each in block.strip("\n").split("\n---\n")]


cases = [entry(program) for program in lines(exact) + blocks(several_lines)]
cases += [entry(program, ulps=8) for program in lines(rounded)]
cases += [entry(program, relative=1e-12) for program in sections()]
failing = [entry(program) for program in lines(errors) + blocks(errors_of_lines)]
assert all("value" in case for case in cases), [case for case in cases if "value" not in case]
assert all("error" in case for case in failing), [case for case in failing if "error" not in case]

document = {
    "source": f"NumPy {np.__version__}, promotion as in NumPy 2",
    "inputs": {name: plain(value) for name, value in inputs.items()},
    "cases": cases + failing,
}
target = pathlib.Path(__file__).with_name("values.json")
rows = ",\n".join(json.dumps(case) for case in document["cases"])
head = json.dumps({key: document[key] for key in ("source", "inputs")})[:-1]
target.write_text(f'{head}, "cases": [\n{rows}\n]}}\n')
print(f"{len(cases)} values and {len(failing)} errors")
