/** The description that `info` prints, for any family with one network. */
import type { NetworkWeights } from '../compiled/network-graph.ts'
import { thousands } from '../words.ts'
import type { Description, FamilyModel, Row } from './family.ts'

/** The parts that differ. */
export interface Particulars {
  /** What the data are, and what the network sees of them. */
  readonly rows: readonly Row[]
  /** Further facts. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined
  readonly noise: { readonly facts: Readonly<Record<string, unknown>>; readonly text: string }
}

/** The whole: the network, its data, classes, noise and training. */
export function describeModel(
  model: FamilyModel & NetworkWeights,
  { rows, facts: further, noise }: Particulars,
): Description {
  const { network, layout, classNames, meta } = model
  const training = settings(meta.training)
  const facts = {
    family: model.family,
    network: network.className,
    ...(network.onnx ? { onnx: network.onnx['model']!.name } : { parameters: layout.size }),
    config: network.config,
    data: meta.data,
    objective: meta.objective,
    ...noise.facts,
    training: meta.training,
    ...further,
  }
  return {
    facts,
    rows: [
      ['network', network.className],
      ['parameters', network.onnx ? 'in an ONNX file' : thousands(layout.size)],
      ...rows,
      ['classes', classNames.length > 0 ? `${classNames.length}: ${classNames.slice(0, 20).join(', ')}` : 'none'],
      ['predicts', `${meta.objective.parametrisation}, ${meta.objective.weighting} weighting`],
      ['noise', noise.text],
      ['training', training === '' ? undefined : training],
    ],
  }
}

/** Settings in words: `batch 16, steps 60`; those of another training stand in brackets. */
function settings(values: object): string {
  return Object.entries(values)
    .map(([key, value]) => {
      const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value)
      return `${key} ${isGroup ? `(${settings(value as object)})` : JSON.stringify(value)}`
    })
    .join(', ')
}
