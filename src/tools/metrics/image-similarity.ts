/** How close one picture is to another: PSNR and SSIM, for reconstructions and inverse problems. */
import { TweedieError } from '../../errors.ts'

/**
 * The peak signal-to-noise ratio in dB, 10 log₁₀(range² / mean (a − b)²); infinite for equal pictures.
 *
 * @param range from the lowest to the highest possible value; default 2, of data in [-1, 1]
 */
export function psnr(a: ArrayLike<number>, b: ArrayLike<number>, range = 2): number {
  if (a.length !== b.length || a.length === 0)
    throw new TweedieError('shape', `psnr: ${a.length} and ${b.length} values`)
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2
  return 10 * Math.log10((range * range * a.length) / sum)
}

/**
 * The structural similarity, at most 1, as a mean over windows and channels:
 * (2 μ_a μ_b + c₁)(2 σ_ab + c₂) / ((μ_a² + μ_b² + c₁)(σ_a² + σ_b² + c₂)), c₁ = (0.01 range)², c₂ = (0.03 range)².
 * Windows are Gaussian, 11 × 11 with σ = 1.5 (smaller for smaller pictures), and lie within the picture.
 *
 * Wang et al., Image quality assessment: from error visibility to structural similarity (2004).
 *
 * @param shape `[C, H, W]`, of both pictures
 * @param range from the lowest to the highest possible value; default 2, of data in [-1, 1]
 */
export function ssim(a: ArrayLike<number>, b: ArrayLike<number>, shape: readonly number[], range = 2): number {
  const [channels, height, width] = shape as [number, number, number]
  const plane = height * width
  if (shape.length !== 3 || a.length !== channels * plane || b.length !== a.length || a.length === 0) {
    throw new TweedieError('shape', `ssim: ${a.length} and ${b.length} values, expected pictures [${shape.join(', ')}]`)
  }
  const window = gaussianWindow(Math.min(height, width, 11))
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2]
  let sum = 0
  let count = 0
  for (let channel = 0; channel < channels; channel++) {
    const blur = (value: (i: number) => number): Float64Array =>
      blurPlane(
        Float64Array.from({ length: plane }, (_, i) => value(channel * plane + i)),
        height,
        width,
        window,
      )
    const meanA = blur((i) => a[i]!)
    const meanB = blur((i) => b[i]!)
    const squareA = blur((i) => a[i]! * a[i]!)
    const squareB = blur((i) => b[i]! * b[i]!)
    const product = blur((i) => a[i]! * b[i]!)
    for (let i = 0; i < meanA.length; i++) {
      const [ma, mb] = [meanA[i]!, meanB[i]!]
      const variances = squareA[i]! - ma * ma + squareB[i]! - mb * mb
      const covariance = product[i]! - ma * mb
      sum += ((2 * ma * mb + c1) * (2 * covariance + c2)) / ((ma * ma + mb * mb + c1) * (variances + c2))
    }
    count += meanA.length
  }
  return sum / count
}

/** An odd number of weights, at most `size`, that sum to 1. */
function gaussianWindow(size: number): Float64Array {
  const half = Math.floor((size - 1) / 2)
  const weights = Float64Array.from({ length: 2 * half + 1 }, (_, i) => Math.exp(-((i - half) ** 2) / (2 * 1.5 ** 2)))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

/** Weighted means over all windows that lie within the plane: along rows, then along columns. */
function blurPlane(plane: Float64Array, height: number, width: number, window: Float64Array): Float64Array {
  const [outHeight, outWidth] = [height - window.length + 1, width - window.length + 1]
  const rows = new Float64Array(height * outWidth)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0
      for (let k = 0; k < window.length; k++) sum += window[k]! * plane[y * width + x + k]!
      rows[y * outWidth + x] = sum
    }
  }
  const blurred = new Float64Array(outHeight * outWidth)
  for (let y = 0; y < outHeight; y++) {
    for (let k = 0; k < window.length; k++) {
      for (let x = 0; x < outWidth; x++) blurred[y * outWidth + x]! += window[k]! * rows[(y + k) * outWidth + x]!
    }
  }
  return blurred
}
