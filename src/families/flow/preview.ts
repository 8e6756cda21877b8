/** Samples drawn while a flow is trained. */
import { isSequential } from '../../diffusion/flow/stages.ts'
import type { Preview } from '../family.ts'
import type { FlowModel } from './model.ts'

/** A thousand points, or four pictures of each class; few where the way back is a sequence. */
export function preview({ frame, classNames, network }: FlowModel): Preview {
  const isImage = frame.item.length === 3
  const classes = classNames.length
  const few = isImage && classes >= 2 && classes <= 10
  const each = isSequential(network.bijection) ? 1 : 4
  const count = isImage ? (few ? each * classes : 9 * each) : 1000
  return { options: { count }, layout: few ? { columns: classes } : {} }
}
