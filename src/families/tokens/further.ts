/** The options under which a model of tokens is trained further. */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import type { OptionValues } from '../../options.ts'
import { requireSameTokens } from '../token-data.ts'
import type { TokenModel } from './model.ts'

/** Its network and its process. @throws TweedieError `usage` for data of other tokens */
export function further(model: TokenModel, data: CategoricalDataset): OptionValues {
  requireSameTokens(model.vocabulary, data)
  return networkAndProcess(model)
}

/** The options that make the same network under the same process. */
export function networkAndProcess({ network, process }: TokenModel): OptionValues {
  const { num_class_embeds: _, _class_name: __, ...config } = network.config
  const { kernel, steps, schedule, objective, lambda } = process.spec
  return {
    network: { className: network.className, config },
    kernel,
    processSteps: steps ?? 'continuous',
    processSchedule: schedule,
    tokenObjective: objective,
    ...(lambda !== undefined && { lambda }),
  }
}
