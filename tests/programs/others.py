# See forward.py; here each section names its task: # === task: what it is: verdict …

# === statistics: sums: right
batch_mean = np.sum(x, axis=0) / len(x)
batch_var = np.sum((x - batch_mean) ** 2, axis=0) / len(x)

# === statistics: a function that returns both: right
def moments(x):
    return x.mean(0), x.var(0)

# === statistics: returned in the wrong order: wrong mean-variance-exchanged
def statistics(x):
    mean = x.mean(axis=0)
    var = x.var(axis=0)
    return var, mean  # <-

# === statistics: lists of numbers: right
m, C = x.shape
batch_mean = []
batch_var = []
for j in range(C):
    batch_mean = batch_mean + [x[:, j].mean()]
    batch_var = batch_var + [x[:, j].var()]

# === statistics: a list for the columns of one batch: wrong
batch_mean = [x[:, 0].mean(), x[:, 1].mean(), x[:, 2].mean()]  # <-
batch_var = x.var(axis=0)

# === statistics: lists, with a wrong variance: wrong unbiased-variance
batch_mean = []
batch_var = []
for j in range(x.shape[1]):
    batch_mean = batch_mean + [x[:, j].mean()]
    batch_var = batch_var + [x[:, j].var(ddof=1)]  # <-

# === statistics: a list that is appended to: refused np.zeros, and fill it
batch_mean = []
for j in range(x.shape[1]):
    batch_mean.append(x[:, j].mean())  # <-

# === statistics: the standard deviation: wrong deviation-for-variance
batch_mean = x.mean(axis=0)
batch_var = x.std(axis=0)  # <-

# === normalize: std and eps: wrong eps-outside-root
def normalize(x, eps):
    return (x - x.mean(axis=0)) / (x.std(axis=0) + eps)  # <-

# === normalize: deviations: right
d = x - x.mean(axis=0)
x_hat = d / np.sqrt((d * d).mean(axis=0) + eps)

# === normalize: eps alone under the root: wrong variance-forgotten
mean = x.mean(axis=0)
x_hat = (x - x.mean(axis=0)) / np.sqrt(eps)  # <-

# === normalize: the mean of the deviations, squared: wrong deviations-not-squared
mean = np.mean(x, axis=0)
var = np.mean(x - mean, axis=0) ** 2  # <-
x_hat = (x - mean) / np.sqrt(var + eps)

# === normalize: the mean of the deviations, squared, with its axis: wrong deviations-not-squared
d = x - x.mean(axis=0, keepdims=True)
var = d.mean(axis=0, keepdims=True) ** 2  # <-
x_hat = d / np.sqrt(var + eps)

# === normalize: the deviations not squared: wrong deviations-not-squared
mean = np.mean(x, axis=0)
var = np.mean(x - mean, axis=0)  # <-
x_hat = (x - mean) / np.sqrt(var + eps)

# === statistics: the mean of the deviations, squared: wrong deviations-not-squared
batch_mean = np.mean(x, axis=0)
batch_var = np.mean(x - batch_mean, axis=0) ** 2  # <-

# === normalize: nothing done where eps is 0: wrong
x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) if eps > 0 else x  # <-

# === normalize: 0 everywhere: wrong
x_hat = 0 * x  # <-

# === normalize: whole numbers divided: wrong integer-division
mean = x.sum(axis=0) / len(x)
var = 1 // len(x) * ((x - mean) ** 2).sum(axis=0)  # <-
x_hat = (x - mean) / np.sqrt(var + eps)

# === parameter_gradients: plain: right
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
dgamma = (dy * x_hat).sum(axis=0)
dbeta = dy.sum(axis=0)

# === parameter_gradients: per example: wrong parameters-axis parameters-axis
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
dgamma = (dy * x_hat).sum(axis=1)  # <-
dbeta = dy.sum(axis=1)  # <-

# === running_statistics: the lesson's momentum: right
running_mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0)
running_var = momentum * running_var + (1 - momentum) * x.var(axis=0)

# === running_statistics: in bn_param: right
def update(x, bn_param):
    momentum = bn_param['momentum']
    bn_param['running_mean'] = momentum * bn_param['running_mean'] + (1 - momentum) * np.mean(x, axis=0)
    bn_param['running_var'] = momentum * bn_param['running_var'] + (1 - momentum) * np.var(x, axis=0)

# === running_statistics: PyTorch's momentum: wrong momentum-swapped momentum-swapped law=whole_weight
running_mean = (1 - momentum) * running_mean + momentum * x.mean(axis=0)  # <-
running_var = (1 - momentum) * running_var + momentum * x.var(axis=0)  # <-

# === running_statistics: the unbiased variance: wrong unbiased-running-variance law=whole_weight
running_mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0)
running_var = momentum * running_var + (1 - momentum) * x.var(axis=0, ddof=1)  # <-

# === running_statistics: the variance left as it was: wrong running-not-updated
running_mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0)

# === running_statistics: returned in the wrong order: wrong mean-variance-exchanged
def update(x, running_mean, running_var, momentum):
    running_mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0)
    running_var = momentum * running_var + (1 - momentum) * x.var(axis=0)
    return running_var, running_mean  # <-

# === running_statistics_torch: PyTorch's own: right
running_mean = (1 - momentum) * running_mean + momentum * x.mean(axis=0)
running_var = (1 - momentum) * running_var + momentum * x.var(axis=0, ddof=1)

# === running_statistics_torch: the biased variance: wrong biased-running-variance law=whole_weight
running_mean = (1 - momentum) * running_mean + momentum * x.mean(axis=0)
running_var = (1 - momentum) * running_var + momentum * x.var(axis=0)  # <-

# === inference: as a slope and a shift: right
scale = gamma / np.sqrt(running_var + eps)
y = x * scale + (beta - running_mean * scale)

# === inference: statistics of the batch: wrong batch-in-inference law=examples_apart
mean = x.mean(axis=0)
var = x.var(axis=0)
x_hat = (x - mean) / np.sqrt(var + eps)  # <-
y = gamma * x_hat + beta

# === inference: no root: wrong running-variance-for-deviation
x_hat = (x - running_mean) / (running_var + eps)  # <-
y = gamma * x_hat + beta

# === backward_frozen: right
x_hat = (x - running_mean) / np.sqrt(running_var + eps)
dx = dy * gamma / np.sqrt(running_var + eps)
dgamma = np.sum(dy * x_hat, axis=0)
dbeta = np.sum(dy, axis=0)

# === backward_frozen: as in training: wrong training-in-frozen law=examples_apart
invstd = 1 / np.sqrt(running_var + eps)
x_hat = (x - running_mean) * invstd
dgamma = np.sum(dy * x_hat, axis=0)
dbeta = np.sum(dy, axis=0)
dx_hat = dy * gamma
dx = invstd * (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0))  # <-

# === fold: right
s = gamma / np.sqrt(running_var + eps)
folded_weight = weight * s
folded_bias = (bias - running_mean) * s + beta

# === fold: a loop over outputs: right
folded_weight = weight.copy()
folded_bias = np.zeros(len(bias))
for c in range(len(bias)):
    s = gamma[c] / (running_var[c] + eps) ** 0.5
    folded_weight[:, c] *= s
    folded_bias[c] = s * (bias[c] - running_mean[c]) + beta[c]

# === fold: the bias kept and folded: wrong bias-twice law=same_function
s = gamma / np.sqrt(running_var + eps)
folded_weight = weight * s
folded_bias = bias + (bias - running_mean) * s + beta  # <-

# === fold: the bias not scaled: wrong bias-not-scaled
s = gamma / np.sqrt(running_var + eps)
folded_weight = s * weight
folded_bias = bias - running_mean * s + beta  # <-

# === forward_images: axes: right
mean = x.mean(axis=(0, 2, 3), keepdims=True)
var = x.var(axis=(0, 2, 3), keepdims=True)
x_hat = (x - mean) / np.sqrt(var + eps)
y = gamma.reshape(1, -1, 1, 1) * x_hat + beta[None, :, None, None]

# === forward_images: channels last and back: right
def spatial_batchnorm_forward(x, gamma, beta, eps):
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    x_hat = (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + eps)
    return (gamma * x_hat + beta).reshape(N, H, W, C).transpose(0, 3, 1, 2)

# === forward_images: one image only: wrong examples-forgotten examples-forgotten
mu = x.mean(axis=(2, 3), keepdims=True)  # <-
var = x.var(axis=(2, 3), keepdims=True)  # <-
y = gamma[:, None, None] * (x - mu) / np.sqrt(var + eps) + beta[:, None, None]

# === forward_images: reshape without transpose: wrong reshape-mixes-channels
N, C, H, W = x.shape
rows = x.reshape(-1, C)
mu = rows.mean(axis=0)  # <-
var = rows.var(axis=0)
x_hat = ((rows - mu) / np.sqrt(var + eps)).reshape(N, C, H, W)
y = gamma[:, None, None] * x_hat + beta[:, None, None]

# === backward_images: right
shape = (1, -1, 1, 1)
axes = (0, 2, 3)
std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
x_hat = (x - x.mean(axis=axes, keepdims=True)) / std
dgamma = np.sum(dy * x_hat, axis=axes)
dbeta = np.sum(dy, axis=axes)
m = x.size / x.shape[1]
dx = gamma.reshape(shape) / std * (dy - dbeta.reshape(shape) / m - x_hat * dgamma.reshape(shape) / m)

# === backward_images: divided by the examples only: wrong
axes = (0, 2, 3)
std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
x_hat = (x - x.mean(axis=axes, keepdims=True)) / std
dgamma = np.sum(dy * x_hat, axis=axes)
dbeta = np.sum(dy, axis=axes)
N = len(x)
dx = gamma[:, None, None] / std * (dy - dbeta[:, None, None] / N - x_hat * dgamma[:, None, None] / N)  # <-

# === layer_norm: right
mu = x.mean(axis=1, keepdims=True)
var = x.var(axis=-1, keepdims=True)
y = gamma * (x - mu) / np.sqrt(var + eps) + beta

# === layer_norm: transposed: right
xt = x.T
y = gamma * ((xt - xt.mean(axis=0)) / np.sqrt(xt.var(axis=0) + eps)).T + beta

# === layer_norm: batch norm again: wrong batch-axis-in-layer-norm batch-axis-in-layer-norm law=examples_apart
mu = x.mean(axis=0)  # <-
var = x.var(axis=0)  # <-
x_hat = (x - mu) / np.sqrt(var + eps)
y = gamma * x_hat + beta

# === layer_norm: keepdims missing: failed keepdims-missing keepdims-missing
mu = x.mean(axis=1)  # <-
var = x.var(axis=1)  # <-
y = gamma * (x - mu) / np.sqrt(var + eps) + beta

# === layer_norm: keepdims missing in one line: failed keepdims-missing
y = gamma * (x - x.mean(axis=1)) / np.sqrt(x.var(axis=1) + eps) + beta  # <-

# === layer_norm_backward: right
mu = x.mean(1, keepdims=True)
invstd = 1 / np.sqrt(x.var(1, keepdims=True) + eps)
x_hat = (x - mu) * invstd
dx_hat = dy * gamma
dx = invstd * (dx_hat - dx_hat.mean(1, keepdims=True) - x_hat * (dx_hat * x_hat).mean(1, keepdims=True))
dgamma = (dy * x_hat).sum(0)
dbeta = dy.sum(0)

# === layer_norm_backward: gamma outside the bracket: wrong gamma-outside-the-bracket
mu = x.mean(1, keepdims=True)
invstd = 1 / np.sqrt(x.var(1, keepdims=True) + eps)
x_hat = (x - mu) * invstd
dx = gamma * invstd * (dy - dy.mean(1, keepdims=True) - x_hat * (dy * x_hat).mean(1, keepdims=True))  # <-
dgamma = (dy * x_hat).sum(0)
dbeta = dy.sum(0)

# === merge_statistics: Chan: right
m = m_a + m_b
d = mean_b - mean_a
batch_mean = mean_a + d * m_b / m
batch_var = (var_a * m_a + var_b * m_b + d ** 2 * m_a * m_b / m) / m

# === merge_statistics: parts weighted alike: wrong uneven-shards uneven-shards law=one_part
batch_mean = (mean_a + mean_b) / 2  # <-
batch_var = (var_a + var_b) / 2  # <-

# === merge_statistics: returned in the wrong order: wrong mean-variance-exchanged
def merge(mean_a, var_a, m_a, mean_b, var_b, m_b):
    m = m_a + m_b
    mean = (m_a * mean_a + m_b * mean_b) / m
    var = (m_a * var_a + m_b * var_b) / m + m_a * m_b * (mean_b - mean_a) ** 2 / m ** 2
    return var, mean  # <-

# === merge_statistics: without the distance: wrong between-forgotten
m = m_a + m_b
batch_mean = (m_a * mean_a + m_b * mean_b) / m
batch_var = (m_a * var_a + m_b * var_b) / m  # <-

# === statistics_single: two passes: right
batch_mean = x.mean(axis=0)
batch_var = ((x - batch_mean) ** 2).mean(axis=0)

# === statistics_single: in float64: right
z = x.astype(np.float64)
batch_mean = z.mean(axis=0)
batch_var = (z ** 2).mean(axis=0) - batch_mean ** 2

# === statistics_single: one pass: wrong digits-lost
batch_mean = x.mean(axis=0)
batch_var = (x ** 2).mean(axis=0) - batch_mean ** 2  # <-
