// exp and tanh on 16 lanes: the same operations on every machine, never libm.
// Included by kernels_body.h, after the vector types.

// exp(x) = 2^n * e^r with n = round(x / ln 2), r in [-ln2/2, ln2/2] by Cody and Waite's two-part ln 2, and e^r by its
// Taylor polynomial of degree 7 (truncation error 2e-9 relative at the ends, below half a ulp).
// Below -87.33 the result would be denormal: it is 0.
static INLINE v16 vexp(v16 x) {
  const float magic = 12582912.0f; // 1.5 * 2^23: adding it rounds to the nearest integer
  v16 clamped = vmin(vmax(x, splat(-88.0f)), splat(88.7f));
  v16 shifted = vfma(clamped, splat(1.44269504088896341f), splat(magic));
  v16 n = shifted - splat(magic);
  v16 r = vfma(n, splat(-0.693359375f), clamped);
  r = vfma(n, splat(2.12194440e-4f), r);
  v16 p = splat(1.0f / 5040.0f);
  p = vfma(p, r, splat(1.0f / 720.0f));
  p = vfma(p, r, splat(1.0f / 120.0f));
  p = vfma(p, r, splat(1.0f / 24.0f));
  p = vfma(p, r, splat(1.0f / 6.0f));
  p = vfma(p, r, splat(0.5f));
  p = vfma(p, r, splat(1.0f));
  p = vfma(p, r, splat(1.0f));
  v16i bits = __builtin_convertvector(n, v16i);
  v16i power = (bits + 127) << 23;
  v16 result = p * (v16)power;
  result = (x < splat(-87.33f)) ? splat(0.0f) : result;
  return (x != x) ? x : result;
}

// tanh: near zero x + x^3 P(x^2) (coefficients from the Cephes library, Moshier 1992), elsewhere 1 - 2 / (e^2x + 1).
static INLINE v16 vtanh(v16 x) {
  v16 magnitude = (v16)((v16i)x & 0x7fffffff);
  v16 z = x * x;
  v16 p = splat(-5.70498872745e-3f);
  p = vfma(p, z, splat(2.06390887954e-2f));
  p = vfma(p, z, splat(-5.37397155531e-2f));
  p = vfma(p, z, splat(1.33314422036e-1f));
  p = vfma(p, z, splat(-3.33332819422e-1f));
  v16 small = vfma(p * z, x, x);
  v16 e = vexp(magnitude + magnitude);
  v16 large = splat(1.0f) - splat(2.0f) / (e + splat(1.0f));
  large = (v16)((v16i)large | ((v16i)x & (int)0x80000000));
  return (magnitude < splat(0.625f)) ? small : large;
}
