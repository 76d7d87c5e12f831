/* The two loops of a Gated DeltaNet layer that are slow as tensor operations:
 * the delta rule over time, and the short causal convolution. Float32, one
 * thread; training runs one process a core. Built by model.py.
 *
 * Letters: B rows, T positions, HK key heads, HV value heads, D head width,
 * C channels. Documents are packed into rows, and nothing may pass from one to
 * the next: `pos` holds each position's index inside its own document, and a
 * decay of zero at a document's start forgets the state. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { D = 32, TAPS = 4, CHUNK = 16 };

/* One step: S = decay S; d = beta (v - S^T k); S += k d^T. Writes d to `d`. */
static void step(float S[D][D], const float *k, const float *v, float decay, float beta, float *d)
{
    float m[D] = {0};
    for (int i = 0; i < D; i++) {
        for (int j = 0; j < D; j++) {
            m[j] += S[i][j] * k[i];
        }
    }
    for (int j = 0; j < D; j++) {
        d[j] = beta * (v[j] - decay * m[j]);
    }
    for (int i = 0; i < D; i++) {
        for (int j = 0; j < D; j++) {
            S[i][j] = decay * S[i][j] + k[i] * d[j];
        }
    }
}

/* q, k: [B, T, HK, D]; v, out: [B, T, HV, D]; decay, beta: [B, T, HV].
 * saved: [B, HV, ceil(T / CHUNK), D, D], the state before each chunk. */
void delta_forward(int B, int T, int HK, int HV, const float *q, const float *k, const float *v,
                   const float *decay, const float *beta, float *out, float *saved)
{
    int chunks = (T + CHUNK - 1) / CHUNK;
    for (int b = 0; b < B; b++) {
        for (int h = 0; h < HV; h++) {
            float S[D][D] = {{0}};
            float d[D];
            for (int t = 0; t < T; t++) {
                size_t at_v = ((size_t)b * T + t) * HV + h;
                size_t at_k = ((size_t)b * T + t) * HK + h / (HV / HK);
                const float *qt = q + at_k * D;
                float o[D] = {0};
                if (t % CHUNK == 0) {
                    size_t at = ((size_t)b * HV + h) * chunks + t / CHUNK;
                    memcpy(saved + at * D * D, S, sizeof S);
                }
                step(S, k + at_k * D, v + at_v * D, decay[at_v], beta[at_v], d);
                for (int i = 0; i < D; i++) {
                    for (int j = 0; j < D; j++) {
                        o[j] += S[i][j] * qt[i];
                    }
                }
                memcpy(out + at_v * D, o, sizeof o);
            }
        }
    }
}

/* The gradients of delta_forward. dq and dk are added to (value heads share key
 * heads), the others are written. */
void delta_backward(int B, int T, int HK, int HV, const float *q, const float *k, const float *v,
                    const float *decay, const float *beta, const float *saved, const float *dout,
                    float *dq, float *dk, float *dv, float *ddecay, float *dbeta)
{
    int chunks = (T + CHUNK - 1) / CHUNK;
    static float S[CHUNK + 1][D][D];
    static float d[CHUNK][D];
    for (int b = 0; b < B; b++) {
        for (int h = 0; h < HV; h++) {
            float G[D][D] = {{0}}; /* gradient of the state after step t */
            for (int c = chunks - 1; c >= 0; c--) {
                int first = c * CHUNK;
                int count = T - first < CHUNK ? T - first : CHUNK;
                memcpy(S[0], saved + (((size_t)b * HV + h) * chunks + c) * D * D, sizeof S[0]);
                for (int s = 0; s < count; s++) {
                    size_t at_v = ((size_t)b * T + first + s) * HV + h;
                    size_t at_k = ((size_t)b * T + first + s) * HK + h / (HV / HK);
                    memcpy(S[s + 1], S[s], sizeof S[s]);
                    step(S[s + 1], k + at_k * D, v + at_v * D, decay[at_v], beta[at_v], d[s]);
                }
                for (int s = count - 1; s >= 0; s--) {
                    size_t at_v = ((size_t)b * T + first + s) * HV + h;
                    size_t at_k = ((size_t)b * T + first + s) * HK + h / (HV / HK);
                    const float *qt = q + at_k * D, *kt = k + at_k * D;
                    const float *vt = v + at_v * D, *dot = dout + at_v * D;
                    float *dqt = dq + at_k * D, *dkt = dk + at_k * D;
                    float a = decay[at_v], be = beta[at_v];
                    float dd[D] = {0}, dm[D], m[D] = {0};
                    for (int i = 0; i < D; i++) {
                        float sum_q = 0, sum_k = 0;
                        for (int j = 0; j < D; j++) {
                            sum_q += S[s + 1][i][j] * dot[j];
                            G[i][j] += qt[i] * dot[j];
                            sum_k += G[i][j] * d[s][j];
                            dd[j] += G[i][j] * kt[i];
                            m[j] += S[s][i][j] * kt[i];
                        }
                        dqt[i] += sum_q;
                        dkt[i] += sum_k;
                    }
                    float db = 0;
                    for (int j = 0; j < D; j++) {
                        db += dd[j] * (vt[j] - a * m[j]);
                        dm[j] = -be * dd[j];
                        dv[at_v * D + j] = be * dd[j];
                    }
                    dbeta[at_v] = db;
                    float da = 0;
                    for (int i = 0; i < D; i++) {
                        float sum_k = 0;
                        for (int j = 0; j < D; j++) {
                            sum_k += S[s][i][j] * dm[j];
                            float g = G[i][j] + kt[i] * dm[j];
                            da += g * S[s][i][j];
                            G[i][j] = a * g;
                        }
                        dkt[i] += a * sum_k;
                    }
                    ddecay[at_v] = da;
                }
            }
        }
    }
}

/* y = silu(conv(x)); x, y, pre: [B, T, C]; w: [TAPS, C], w[TAPS - 1] meets the
 * position itself. `pre` keeps the sum before the silu. */
void conv_forward(int B, int T, int C, const float *x, const float *w, const int *pos, float *pre,
                  float *y)
{
    for (int b = 0; b < B; b++) {
        for (int t = 0; t < T; t++) {
            size_t row = (size_t)b * T + t;
            int reach = pos[row] < TAPS - 1 ? pos[row] : TAPS - 1;
            float *p = pre + row * C;
            memset(p, 0, sizeof *p * C);
            for (int back = 0; back <= reach; back++) {
                const float *xr = x + (row - back) * C, *wr = w + (TAPS - 1 - back) * C;
                for (int c = 0; c < C; c++) {
                    p[c] += wr[c] * xr[c];
                }
            }
            for (int c = 0; c < C; c++) {
                y[row * C + c] = p[c] / (1.0f + expf(-p[c]));
            }
        }
    }
}

/* dx and dw are added to. */
void conv_backward(int B, int T, int C, const float *x, const float *w, const int *pos,
                   const float *pre, const float *dy, float *dx, float *dw)
{
    float *dp = malloc(sizeof *dp * C);
    for (int b = 0; b < B; b++) {
        for (int t = 0; t < T; t++) {
            size_t row = (size_t)b * T + t;
            int reach = pos[row] < TAPS - 1 ? pos[row] : TAPS - 1;
            for (int c = 0; c < C; c++) {
                float p = pre[row * C + c], s = 1.0f / (1.0f + expf(-p));
                dp[c] = dy[row * C + c] * s * (1.0f + p * (1.0f - s));
            }
            for (int back = 0; back <= reach; back++) {
                const float *xr = x + (row - back) * C, *wr = w + (TAPS - 1 - back) * C;
                float *dxr = dx + (row - back) * C, *dwr = dw + (TAPS - 1 - back) * C;
                for (int c = 0; c < C; c++) {
                    dxr[c] += wr[c] * dp[c];
                    dwr[c] += xr[c] * dp[c];
                }
            }
        }
    }
    free(dp);
}

/* act = silu(gate) * up over h = [gate | up]: n rows of 2 * F. */
void swiglu_forward(int n, int F, const float *h, float *act)
{
    for (int r = 0; r < n; r++) {
        const float *g = h + (size_t)r * 2 * F, *u = g + F;
        for (int c = 0; c < F; c++) {
            act[(size_t)r * F + c] = g[c] / (1.0f + expf(-g[c])) * u[c];
        }
    }
}

/* h is replaced by its gradient. */
void swiglu_backward(int n, int F, float *h, const float *dact)
{
    for (int r = 0; r < n; r++) {
        float *g = h + (size_t)r * 2 * F, *u = g + F;
        for (int c = 0; c < F; c++) {
            float s = 1.0f / (1.0f + expf(-g[c])), da = dact[(size_t)r * F + c];
            float silu = g[c] * s, up = u[c];
            u[c] = da * silu;
            g[c] = da * up * s * (1.0f + g[c] * (1.0f - s));
        }
    }
}
