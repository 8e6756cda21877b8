/** The options under which a model of embeddings is trained further. */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import type { OptionValues } from '../../options.ts'
import { requireSameTokens } from '../token-data.ts'
import type { EmbeddingModel } from './model.ts'

/** Its network and its noise. @throws TweedieError `usage` for data of other tokens */
export function further({ vocabulary, network, meta }: EmbeddingModel, data: CategoricalDataset): OptionValues {
  requireSameTokens(vocabulary, data)
  const { _class_name: _, ...config } = network.config
  const { schedule, table, input: __, sigmaData: ___, ...numbers } = meta.schedule ?? {}
  return { network: { className: network.className, config }, noise: schedule ?? table, ...numbers }
}
