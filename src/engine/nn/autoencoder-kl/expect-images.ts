/** Inputs of an autoencoder: images or codes, of its number of channels and any size. */
import { TweedieError } from '../../../errors.ts'
import { showShape, type Tensor } from '../../graph/index.ts'

/** @throws TweedieError `shape` if it is not `[N, channels, height, width]` */
export function expectImages(what: string, { shape }: Tensor, channels: number): void {
  if (shape.length === 4 && shape[1] === channels) return
  throw new TweedieError('shape', `${what}: expected [N, ${channels}, height, width], got ${showShape(shape)}`)
}
