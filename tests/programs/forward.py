# Programs as others write them, judged by tests/cpp/program_judge_test.cpp. A section begins with
#   # === what it is: verdict [mistake] [law=…]
# and the first wrong line ends with “# <-”; where a line is missing there is none. Every section is Python that runs under NumPy, unless it is refused.

# === lines in the lesson's names: right
batch_mean = x.mean(axis=0)
batch_var = x.var(axis=0)
x_hat = (x - batch_mean) / np.sqrt(batch_var + eps)
y = gamma * x_hat + beta

# === one line: right
y = gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta

# === a function of one line: right
def bn(x, gamma, beta, eps=1e-5): return gamma * (x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + eps) + beta

# === the graph, as Kratzert has it: right
import numpy as np

def batchnorm_forward(x, gamma, beta, eps):
    N, D = x.shape
    # step1: calculate mean
    mu = 1./N * np.sum(x, axis = 0)
    # step2: subtract mean vector of every training example
    xmu = x - mu
    # step3: following the lower branch - calculation denominator
    sq = xmu ** 2
    # step4: calculate variance
    var = 1./N * np.sum(sq, axis = 0)
    # step5: add eps for numerical stability, then sqrt
    sqrtvar = np.sqrt(var + eps)
    # step6: invert sqrtwar
    ivar = 1./sqrtvar
    # step7: execute normalization
    xhat = xmu * ivar
    # step8: Nor the two transformation steps
    gammax = gamma * xhat
    # step9
    out = gammax + beta
    # store intermediate
    cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
    return out, cache

# === CS231n with bn_param: right
def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))
    out, cache = None, None
    if mode == 'train':
        sample_mean = np.mean(x, axis=0)
        sample_var = np.var(x, axis=0)
        x_hat = (x - sample_mean) / (np.sqrt(sample_var + eps))
        out = gamma * x_hat + beta
        cache = (gamma, x, sample_mean, sample_var, eps, x_hat)
        running_mean = momentum * running_mean + (1 - momentum) * sample_mean
        running_var = momentum * running_var + (1 - momentum) * sample_var
    elif mode == 'test':
        scale = gamma / (np.sqrt(running_var + eps))
        out = x * scale + (beta - running_mean * scale)
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"')
    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var
    return out, cache

# === loops over columns: right
y = np.zeros_like(x)
N, C = x.shape
for j in range(C):
    mu = x[:, j].mean()
    var = ((x[:, j] - mu) ** 2).mean()
    y[:, j] = gamma[j] * (x[:, j] - mu) / np.sqrt(var + eps) + beta[j]

# === loops over all: right
N, C = x.shape
mean = np.zeros(C)
for i in range(N):
    mean += x[i]
mean /= N
var = np.zeros(C)
for i in range(N):
    for j in range(C):
        var[j] += (x[i, j] - mean[j]) ** 2 / N
y = np.empty_like(x)
for i in range(N):
    for j in range(C):
        y[i, j] = gamma[j] * (x[i, j] - mean[j]) / (var[j] + eps) ** 0.5 + beta[j]

# === in place: right
y = x.copy()
y -= y.mean(axis=0)
y /= np.sqrt((y * y).mean(axis=0) + eps)
y *= gamma
y += beta

# === matrix products for the sums: right
N = len(x)
ones = np.ones((1, N))
mu = ones @ x / N
var = ones @ ((x - mu) * (x - mu)) / N
y = (x - mu) * (var + eps) ** -0.5 * gamma[None, :] + beta.reshape(1, -1)

# === one pass: right digits-lost
mu = np.mean(x, axis=0)
var = np.mean(x ** 2, axis=0) - mu ** 2
y = gamma * (x - mu) / np.sqrt(var + eps) + beta

# === one name for several things: right
t = x - np.sum(x, axis=0) / x.shape[0]
v = np.sum(t * t, axis=0) / x.shape[0]
v = v + eps
v = np.sqrt(v)
y = t / v
y = y * gamma
y = y + beta

# === dy under other names, keepdims, types: right
def forward(X: np.ndarray, g, b, epsilon: float = 1e-5) -> np.ndarray:
    """Batch norm."""
    mean = X.mean(axis=0, keepdims=True)
    variance = X.var(axis=0, keepdims=True)
    return g * (X - mean) / np.sqrt(variance + epsilon) + b

# === eps outside the root: wrong eps-outside-root
mu = x.mean(axis=0)
std = np.sqrt(x.var(axis=0))
xhat = (x - mu) / (std + eps)  # <-
y = gamma * xhat + beta

# === eps outside the root, under a name that says nothing: wrong eps-outside-root
mu = x.mean(axis=0)
q = np.std(x, axis=0) + eps  # <-
xhat = (x - mu) / q
y = gamma * xhat + beta

# === eps forgotten in one line: wrong eps-forgotten
y = gamma * (x - x.mean(axis=0)) / x.std(axis=0) + beta  # <-

# === variance for deviation: wrong variance-for-deviation
mean = np.mean(x, axis=0)
var = np.var(x, axis=0)
x_norm = (x - mean) / (var + eps)  # <-
out = gamma * x_norm + beta
y = out

# === ddof: wrong unbiased-variance
mu = np.mean(x, axis=0)
var = np.var(x, axis=0, ddof=1)  # <-
x_hat = (x - mu) / np.sqrt(var + eps)
y = gamma * x_hat + beta

# === axis left out: wrong features-pooled features-pooled
mean = np.mean(x)  # <-
var = np.var(x)  # <-
x_hat = (x - mean) / np.sqrt(var + eps)
y = gamma * x_hat + beta

# === axis left out of the variance: wrong features-pooled
mean = x.mean(0)
var = x.var()  # <-
x_hat = (x - mean) / np.sqrt(var + eps)
y = gamma * x_hat + beta

# === the other axis, kept: wrong axis-swapped axis-swapped
mu = np.mean(x, axis=1, keepdims=True)  # <-
var = np.var(x, axis=1, keepdims=True)  # <-
x_hat = (x - mu) / np.sqrt(var + eps)
y = gamma * x_hat + beta

# === the other axis, not kept: failed axis-swapped axis-swapped
mu = np.mean(x, axis=1)  # <-
var = np.var(x, axis=1)  # <-
x_hat = (x - mu) / np.sqrt(var + eps)
y = gamma * x_hat + beta

# === sum for mean: wrong variance-not-averaged
mu = x.sum(axis=0) / len(x)
xmu = x - mu
var = np.sum(xmu ** 2, axis=0)  # <-
y = gamma * xmu / np.sqrt(var + eps) + beta

# === whole numbers divided: wrong integer-division integer-division
N, D = x.shape
mu = 1 // N * np.sum(x, axis=0)  # <-
xmu = x - mu
var = 1 // N * np.sum(xmu ** 2, axis=0)  # <-
y = gamma * xmu / np.sqrt(var + eps) + beta

# === divided by the number of features: wrong wrong-count
N, D = x.shape
mu = np.sum(x, axis=0) / D  # <-
var = np.sum((x - mu) ** 2, axis=0) / N
y = gamma * (x - mu) / np.sqrt(var + eps) + beta

# === beta forgotten: wrong beta-forgotten
def f(x, gamma, beta, eps):
    mean = x.mean(0)
    var = x.var(0)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat  # <-

# === gamma and beta forgotten: wrong scale-and-shift-forgotten
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
y = x_hat  # <-

# === eps behind the quotient: wrong eps-outside-root
mu = x.mean(axis=0)
var = x.var(axis=0)
x_hat = (x - mu) / np.sqrt(var) + eps  # <-
y = gamma * x_hat + beta

# === eps behind the quotient in one line: wrong eps-outside-root
y = gamma * (x - x.mean(0)) / np.sqrt(x.var(0)) + eps + beta  # <-

# === beta before scaling: wrong beta-before-scaling
xhat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
y = gamma * (xhat + beta)  # <-

# === gamma and beta exchanged: wrong gamma-beta-exchanged
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
y = beta * x_hat + gamma  # <-

# === brackets missing: wrong brackets-missing
mu = x.mean(axis=0)
std = np.sqrt(x.var(axis=0) + eps)
x_hat = x - mu / std  # <-
y = gamma * x_hat + beta

# === min and max: wrong min-max
x_hat = (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))  # <-
y = gamma * x_hat + beta

# === mean of squares for variance: wrong mean-square-for-variance
mu = x.mean(axis=0)
var = np.mean(x ** 2, axis=0)  # <-
y = gamma * (x - mu) / np.sqrt(var + eps) + beta

# === single precision: wrong single-precision
x32 = x.astype(np.float32)  # <-
x_hat = (x32 - x32.mean(axis=0)) / np.sqrt(x32.var(axis=0) + eps)
y = gamma * x_hat + beta

# === two mistakes: wrong unbiased-variance beta-subtracted
mu = x.mean(axis=0)
var = x.var(axis=0, ddof=1)  # <-
xhat = (x - mu) / np.sqrt(var + eps)
y = gamma * xhat - beta  # <-

# === matrix product: failed
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
y = x_hat @ gamma + beta  # <-

# === nothing is returned: failed
def f(x, gamma, beta, eps):  # <-
    y = gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta

# === a name that is not there: failed
mu = x.mean(axis=0)
y = gamma * (x - mu) / np.sqrt(vra + eps) + beta  # <-

# === einsum: refused use np.sum
mu = np.einsum('nc->c', x) / len(x)  # <-
y = x - mu

# === torch: refused only NumPy is known
import torch  # <-
y = torch.nn.functional.batch_norm(x, None, None, gamma, beta, True, 0.1, eps)

# === a class: refused running statistics go in
class BatchNorm:  # <-
    pass

# === a comprehension: refused a loop of its own
mean = np.array([x[:, j].mean() for j in range(x.shape[1])])  # <-
y = x - mean
