# See forward.py.

# === seven small lines: right
m = x.shape[0]
mean = x.mean(axis=0)
var = x.var(axis=0)
invstd = 1 / np.sqrt(var + eps)
x_hat = (x - mean) * invstd
dx_hat = dy * gamma
dvar = np.sum(dx_hat * (x - mean), axis=0) * -0.5 * invstd ** 3
dmean = np.sum(-dx_hat * invstd, axis=0) + dvar * np.mean(-2 * (x - mean), axis=0)
dx = dx_hat * invstd + dvar * 2 * (x - mean) / m + dmean / m
dgamma = np.sum(dy * x_hat, axis=0)
dbeta = np.sum(dy, axis=0)

# === the graph with a cache by name: right
def batchnorm_backward(dout, cache):
    # unfold the variables stored in cache
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    # get the dimensions of the input/output
    N, D = dout.shape
    # step9
    dbeta = np.sum(dout, axis=0)
    dgammax = dout  # not necessary, but more understandable
    # step8
    dgamma = np.sum(dgammax * xhat, axis=0)
    dxhat = dgammax * gamma
    # step7
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    # step6
    dsqrtvar = -1. / (sqrtvar ** 2) * divar
    # step5
    dvar = 0.5 * 1. / np.sqrt(var + eps) * dsqrtvar
    # step4
    dsq = 1. / N * np.ones((N, D)) * dvar
    # step3
    dxmu2 = 2 * xmu * dsq
    # step2
    dx1 = (dxmu1 + dxmu2)
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    # step1
    dx2 = 1. / N * np.ones((N, D)) * dmu
    # step0
    dx = dx1 + dx2
    return dx, dgamma, dbeta

# === forward and backward with their own cache: right
def batchnorm_forward(x, gamma, beta=0, eps=1e-5):
    mu = x.mean(axis=0)
    s = np.sqrt(x.var(axis=0) + eps)
    z = (x - mu) / s
    return gamma * z + beta, {'z': z, 's': s, 'gamma': gamma}

def batchnorm_backward(dout, cache):
    z, s, g = cache['z'], cache['s'], cache['gamma']
    dz = dout * g
    dx = (dz - dz.mean(axis=0) - z * (dz * z).mean(axis=0)) / s
    return dx, (dout * z).sum(axis=0), dout.sum(axis=0)

# === one line, as CS231n's alternative: right
def batchnorm_backward_alt(dout, cache):
    xhat, gamma, ivar = cache
    N = dout.shape[0]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(xhat * dout, axis=0)
    dx = (gamma * ivar / N) * (N * dout - xhat * dgamma - dbeta)
    return dx, dgamma, dbeta

# === the projection, in means: right
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
dbeta = dy.sum(0)
dgamma = (dy * x_hat).sum(0)
dx = gamma / np.sqrt(x.var(0) + eps) * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))

# === loops over examples: right
N, C = x.shape
mu = np.mean(x, axis=0)
s = np.sqrt(np.var(x, axis=0) + eps)
xhat = (x - mu) / s
dgamma = np.zeros(C)
dbeta = np.zeros(C)
for i in range(N):
    dgamma += dy[i] * xhat[i]
    dbeta += dy[i]
dx = np.zeros((N, C))
for i in range(N):
    dx[i] = gamma / s * (dy[i] - dbeta / N - xhat[i] * dgamma / N)

# === a Jacobian for each column: right
N, C = x.shape
dx = np.zeros_like(x)
dgamma = np.zeros(C)
dbeta = np.zeros(C)
I = (np.arange(N)[:, None] == np.arange(N)) * 1.0
for j in range(C):
    s = np.sqrt(np.var(x[:, j]) + eps)
    z = (x[:, j] - np.mean(x[:, j])) / s
    J = (I - 1.0 / N - np.outer(z, z) / N) / s
    dx[:, j] = gamma[j] * (J @ dy[:, j])
    dgamma[j] = dy[:, j] @ z
    dbeta[j] = dy[:, j].sum()

# === statistics detached: wrong statistics-detached law=sum_of_dx
std = np.sqrt(x.var(axis=0) + eps)
x_hat = (x - x.mean(axis=0)) / std
dgamma = np.sum(dy * x_hat, axis=0)
dbeta = np.sum(dy, axis=0)
dx = dy * gamma / std  # <-

# === no path through the mean: wrong mean-detached law=sum_of_dx
m = len(x)
mu = x.mean(0)
invstd = 1 / np.sqrt(x.var(0) + eps)
x_hat = (x - mu) * invstd
dgamma, dbeta = np.sum(dy * x_hat, axis=0), np.sum(dy, axis=0)
dx_hat = gamma * dy
dvar = -0.5 * np.sum(dx_hat * (x - mu), axis=0) * invstd ** 3
dx = dx_hat * invstd + dvar * 2 * (x - mu) / m  # <-

# === no path through the variance: wrong variance-detached law=dx_orthogonal
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
dgamma = np.sum(dy * x_hat, axis=0)
dbeta = np.sum(dy, axis=0)
dx = gamma / np.sqrt(x.var(0) + eps) * (dy - dy.mean(0))  # <-

# === gamma forgotten: wrong gamma-forgotten law=finite_differences
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
dgamma = np.sum(dy * x_hat, axis=0)
dbeta = np.sum(dy, axis=0)
dx = 1 / np.sqrt(x.var(0) + eps) * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))  # <-

# === mean for sum: wrong mean-for-sum law=dbeta
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
dgamma = np.sum(dy * x_hat, axis=0)
dbeta = np.mean(dy, axis=0)  # <-
dx = gamma / np.sqrt(x.var(0) + eps) * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))

# === gradients of gamma and beta exchanged: wrong dgamma-dbeta-exchanged law=dbeta
def backward(dy, cache):
    x_hat, gamma, invstd = cache
    dgamma = np.sum(dy * x_hat, axis=0)
    dbeta = np.sum(dy, axis=0)
    dx = gamma * invstd * (dy - dbeta / len(dy) - x_hat * dgamma / len(dy))
    return dx, dbeta, dgamma  # <-

# === gradients of gamma and beta exchanged in their lines: wrong dgamma-dbeta-exchanged dgamma-dbeta-exchanged
m = x.shape[0]
invstd = 1 / np.sqrt(x.var(axis=0) + eps)
x_hat = (x - x.mean(axis=0)) * invstd
dgamma = np.sum(dy, axis=0)  # <-
dbeta = np.sum(dy * x_hat, axis=0)  # <-
dx = gamma * invstd / m * (m * dy - dbeta - x_hat * dgamma)

# === gradients of gamma and beta exchanged in one line: wrong dgamma-dbeta-exchanged
m = x.shape[0]
invstd = 1 / np.sqrt(x.var(axis=0) + eps)
x_hat = (x - x.mean(axis=0)) * invstd
dgamma = np.sum(dy * x_hat, axis=0)
dbeta = np.sum(dy, axis=0)
dx = gamma * invstd / m * (m * dy - dgamma - x_hat * dbeta)  # <-

# === gamma twice in one line: wrong gamma-twice
m = x.shape[0]
invstd = 1 / np.sqrt(x.var(axis=0) + eps)
x_hat = (x - x.mean(axis=0)) * invstd
dgamma = np.sum(dy * x_hat, axis=0)
dbeta = np.sum(dy, axis=0)
dx_hat = dy * gamma
dx = gamma * invstd / m * (m * dx_hat - dbeta - x_hat * dgamma)  # <-

# === gamma in its own gradient: wrong gamma-in-dgamma law=dgamma
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
dx_hat = dy * gamma
dgamma = np.sum(dx_hat * x_hat, axis=0)  # <-
dbeta = np.sum(dy, axis=0)
dx = (dx_hat - dx_hat.mean(0) - x_hat * (dx_hat * x_hat).mean(0)) / np.sqrt(x.var(0) + eps)

# === 1/m of the closed form forgotten: wrong m-forgotten-in-closed-form
N = x.shape[0]
invstd = 1 / np.sqrt(x.var(0) + eps)
x_hat = (x - x.mean(0)) * invstd
dbeta = dy.sum(0)
dgamma = (dy * x_hat).sum(0)
dx = gamma * invstd * (N * dy - dbeta - x_hat * dgamma)  # <-

# === the graph with a lost half: wrong half-forgotten
def batchnorm_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1. / (sqrtvar**2) * divar
    dvar = 1. / np.sqrt(var + eps) * dsqrtvar  # <-
    dsq = 1. / N * np.ones((N, D)) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1. / N * np.ones((N, D)) * dmu
    return dx1 + dx2, dgamma, dbeta

# === the graph with whole numbers divided: wrong integer-division
def batchnorm_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dsqrtvar = -1. / (sqrtvar**2) * divar
    dvar = 0.5 * 1. / sqrtvar * dsqrtvar
    dsq = 1 // N * np.ones((N, D)) * dvar  # <-
    dx1 = dxhat * ivar + 2 * xmu * dsq
    dmu = -1 * np.sum(dx1, axis=0)
    return dx1 + dmu / N, dgamma, dbeta

# === the graph with a wrong power: wrong power-of-root
m = x.shape[0]
mu = x.mean(0)
xmu = x - mu
std = np.sqrt(x.var(0) + eps)
dxhat = dy * gamma
dvar = np.sum(dxhat * xmu, axis=0) * -0.5 / std ** 2  # <-
dmu = -np.sum(dxhat / std, axis=0)
dx = dxhat / std + dvar * 2 * xmu / m + dmu / m
dgamma = np.sum(dy * xmu / std, axis=0)
dbeta = np.sum(dy, axis=0)

# === 1/m forgotten: wrong m-forgotten-in-gradient
mu = x.mean(0)
xmu = x - mu
std = np.sqrt(x.var(0) + eps)
dxhat = dy * gamma
dvar = np.sum(dxhat * xmu, axis=0) * -0.5 / std ** 3
dmu = -np.sum(dxhat / std, axis=0)
dx = dxhat / std + dvar * 2 * xmu + dmu  # <-
dgamma = np.sum(dy * xmu / std, axis=0)
dbeta = np.sum(dy, axis=0)

# === the sign of dmean: wrong sign-of-dmean
m = len(x)
mu = x.mean(0)
std = np.sqrt(x.var(0) + eps)
dxhat = dy * gamma
dvar = np.sum(dxhat * (x - mu), axis=0) * -0.5 / std ** 3
dmu = np.sum(dxhat / std, axis=0)  # <-
dx = dxhat / std + dvar * 2 * (x - mu) / m + dmu / m
dgamma = np.sum(dy * (x - mu) / std, axis=0)
dbeta = np.sum(dy, axis=0)

# === axis left out of the sums: wrong parameters-pooled parameters-pooled law=shape
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
dgamma = np.sum(dy * x_hat)  # <-
dbeta = np.sum(dy)  # <-
dx = gamma / np.sqrt(x.var(0) + eps) * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))

# === a transposed product: wrong transposed-product law=shape
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
dgamma = np.dot(dy.T, x_hat)  # <-
dbeta = dy.sum(0)
dx = gamma / np.sqrt(x.var(0) + eps) * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))

# === x for x_hat: wrong x-for-x-hat law=dgamma
x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + eps)
dgamma = np.sum(dy * x, axis=0)  # <-
dbeta = np.sum(dy, axis=0)
dx = gamma / np.sqrt(x.var(0) + eps) * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))

# === an error that is carried forward: wrong unbiased-variance
N = x.shape[0]
mu = x.mean(axis=0)
var = x.var(axis=0, ddof=1)  # <-
std = np.sqrt(var + eps)
x_hat = (x - mu) / std
dgamma = np.sum(dy * x_hat, axis=0)
dbeta = np.sum(dy, axis=0)
dx_hat = dy * gamma
dx = (dx_hat - dx_hat.mean(axis=0) - x_hat * np.mean(dx_hat * x_hat, axis=0)) / std

# === two mistakes in different lines: wrong eps-forgotten mean-for-sum
std = np.std(x, axis=0)
x_hat = (x - x.mean(axis=0)) / std  # <-
dgamma = np.mean(dy * x_hat, axis=0)  # <-
dbeta = np.sum(dy, axis=0)
dx_hat = dy * gamma
dx = (dx_hat - dx_hat.mean(axis=0) - x_hat * np.mean(dx_hat * x_hat, axis=0)) / np.sqrt(x.var(0) + eps)
