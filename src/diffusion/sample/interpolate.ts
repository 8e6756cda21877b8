/** Interpolation between two latents, along the sphere near which Gaussian noise lies. */
import type { FloatArray } from '../denoise/denoiser.ts'

/**
 * Spherical interpolation, sin((1 − u)θ)/sin θ · a + sin(u θ)/sin θ · b with cos θ = a·b/(‖a‖‖b‖): unlike a straight line it
 * keeps the length of a latent, so that points in between decode as well as the ends do. Encode two items with `ddim`
 * on
 * rising times, interpolate, decode.
 *
 * Denoising Diffusion Implicit Models (Song et al., 2021), appendix D.5, https://arxiv.org/abs/2010.02502
 *
 * @param a one latent
 * @param b another of the same length
 * @param u 0 for a, 1 for b
 */
export function slerp<T extends FloatArray>(a: T, b: T, u: number): T {
  let [dot, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!
    aa += a[i]! ** 2
    bb += b[i]! ** 2
  }
  const angle = Math.acos(Math.min(1, Math.max(-1, dot / Math.sqrt(aa * bb))))
  // latents in one line have no circle between them
  const straight = Math.sin(angle) < 1e-6
  const [p, q] = straight
    ? [1 - u, u]
    : [Math.sin((1 - u) * angle) / Math.sin(angle), Math.sin(u * angle) / Math.sin(angle)]
  const out = a.slice() as T
  for (let i = 0; i < out.length; i++) out[i] = p * a[i]! + q * b[i]!
  return out
}
