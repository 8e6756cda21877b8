/** The options under which a flow is trained further. */
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { OptionValues } from '../../options.ts'
import type { FlowModel } from './model.ts'

/** Its network and its shades. @throws TweedieError `usage` for data of other items */
export function further({ network, shades, frame }: FlowModel, data: ArrayDataset): OptionValues {
  if (data.shape.join() !== frame.item.join()) {
    throw new TweedieError(
      'usage',
      `${data.name}: items [${data.shape.join(', ')}], the flow is of [${frame.item.join(', ')}]`,
    )
  }
  const { num_class_embeds: _, _class_name: __, ...config } = network.config
  return { network: { className: network.className, config }, ...(shades !== null && { values: shades }) }
}
