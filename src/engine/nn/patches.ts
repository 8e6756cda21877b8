/** Images as tokens: square patches, row by row, and back. */
import { reshape, transpose } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'

/** `[N, C, H, W] → [N, rows · columns, C · patch²]`. */
export function patchify(x: Tensor, patch: number): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number]
  const [rows, columns] = [height / patch, width / patch]
  const cut = reshape(x, [batch, channels, rows, patch, columns, patch])
  return reshape(transpose(cut, [0, 2, 4, 1, 3, 5]), [batch, rows * columns, channels * patch * patch])
}

/** The inverse of {@link patchify}. */
export function unpatchify(tokens: Tensor, rows: number, columns: number, patch: number): Tensor {
  const [batch, , features] = tokens.shape as [number, number, number]
  const channels = features / (patch * patch)
  const cut = reshape(tokens, [batch, rows, columns, channels, patch, patch])
  return reshape(transpose(cut, [0, 3, 1, 4, 2, 5]), [batch, channels, rows * patch, columns * patch])
}
