/** A training run of a hierarchy of codes in words. */
import type { HierarchyNetwork } from '../../engine/nn/hierarchy-network.ts'
import { hierarchyFromConfig } from '../../engine/nn/hierarchy-registry.ts'
import { sizeOf } from '../../engine/graph/index.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { shapeText, thousands } from '../../words.ts'
import { boundText, lawText } from '../coded/text.ts'
import { explainRun } from '../explain-run.ts'
import type { Row } from '../family.ts'
import type { HvaeTrainSpec } from './spec.ts'

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
export function levelsText({ latentShapes, order }: HierarchyNetwork): string {
  const sizes = latentShapes.map(sizeOf).join('-')
  return `codes of ${sizes} numbers from the data up, ${order === 'top-down' ? 'a ladder' : 'each inferred from the one below it'}`
}
