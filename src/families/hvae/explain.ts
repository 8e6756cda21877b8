/** A training run of a hierarchy of codes in words. */
import type { HierarchyNetwork } from '../../engine/nn/hierarchy-network.ts'
import { hierarchyFromConfig } from '../../engine/nn/hierarchy-registry.ts'
import { sizeOf } from '../../engine/graph/index.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { shapeText, thousands } from '../../words.ts'
import { boundText, lawText } from '../coded/text.ts'
import type { hierarchyKinds } from '../choices.ts'
import { explainRun } from '../explain-run.ts'
import type { Row } from '../family.ts'
import type { HvaeTrainSpec } from './spec.ts'

type HierarchyKind = (typeof hierarchyKinds)[number]

/** The data, the network, and what is made small. */
export function explain({ network, law, bound }: HvaeTrainSpec, data: ArrayDataset): readonly Row[] {
  const rows = explainRun(data, network, {
    data: `${thousands(data.length)} items ${shapeText(data.shape)}`,
    network: `, ${levelsText(hierarchyFromConfig(network.className, network.config))}`,
    objective: `${boundText(bound)}, ${lawText(law)}`,
  })
  return rows.map(([name, value]) => (name === 'classes' && value !== 'none' ? [name, 'not learned'] : [name, value]))
}

/** The levels of codes in words. */
export function levelsText(network: HierarchyNetwork): string {
  const { latentShapes } = network
  const sizes = latentShapes.map(sizeOf).join('-')
  return `codes of ${sizes} numbers from the data up, ${kindTexts[kindOf(network)]}`
}

/** What `--hierarchy` calls it. Of plain ones with skip connections, which a configuration may ask for, it says the encoder. */
export function kindOf({ order, outputReads }: HierarchyNetwork): HierarchyKind {
  if (order === 'bottom-up') return 'plain'
  return outputReads > 1 ? 'skip-ladder' : 'ladder'
}

const kindTexts: Readonly<Record<HierarchyKind, string>> = {
  plain: 'each inferred from the one below it',
  ladder: 'a ladder',
  'skip-ladder': 'a ladder with skip connections',
}
