/** Whether an autoencoder takes data: its codes mean something for the like of what it was trained on, and for nothing else. */
import { TweedieError } from '../errors.ts'
import type { ArrayDataset } from '../files/data/dataset.ts'
import type { DrawnModel } from './drawn-values.ts'

/** An autoencoder, and where it is from. */
export interface NamedEncoder {
  readonly autoencoder: DrawnModel
  readonly path?: string | undefined
}

/**
 * @param stride of an autoencoder that takes images of any size: what their sides are multiples of
 * @throws TweedieError `usage` for data that it was not trained on the like of
 */
export function requireEncodable(
  { autoencoder: { frame, scale }, path = 'the model' }: NamedEncoder,
  data: ArrayDataset,
  stride?: number,
): void {
  const [takes, has] = [frame.item, data.shape].map((shape) => `[${shape.join(', ')}]`)
  if (takes !== has) {
    throw new TweedieError(
      'usage',
      `the autoencoder of ${path} encodes items ${takes}, and those of ${data.name} are ${has}`,
      {
        hint:
          stride === undefined || frame.item[0] !== data.shape[0]
            ? 'give the data that it was trained on, read in the same way: `size`, `crop`, `channels`'
            : `sides are multiples of ${stride} pixels: \`size\``,
      },
    )
  }
  const [sees, are] = [scale, data].map(valuesText)
  if (sees === are) return
  throw new TweedieError(
    'usage',
    `the autoencoder of ${path} encodes values ${sees}, and those of ${data.name} are ${are}`,
    {
      hint: 'give the data that it was trained on',
    },
  )
}

function valuesText({ range, affine }: Pick<ArrayDataset, 'range' | 'affine'>): string {
  if (!affine) return range.join(' … ')
  return [affine.shift, affine.scale]
    .flat()
    .map((each) => each.toPrecision(5))
    .join(', ')
}
