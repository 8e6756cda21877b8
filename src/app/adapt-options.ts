/** The options of training low-rank adapters of a model, for all families. */
import { layersToAdapt } from '../families/choices.ts'
import { options, positive, text, whole } from '../options.ts'

const group = 'Adapters'

/** All of them. */
export const adaptOptions = options({
  lora: {
    flags: '--lora <rank>',
    help: 'train low-rank adapters of this rank, such as 8; the model of --from stays as it is',
    parse: whole({ max: 4096 }),
    group,
  },
  loraAlpha: {
    flags: '--lora-alpha <x>',
    help: 'adapters count α / rank times (default: the rank)',
    parse: positive,
    group,
  },
  loraTargets: {
    flags: '--lora-targets <list>',
    help: `the layers: ${layersToAdapt.join(', ')}, or parts of their names (default: attention)`,
    parse: text,
    group,
  },
})
