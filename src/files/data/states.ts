/** Single states of trajectories as items `[variables, rows, columns]`: what an autoencoder of fields learns. */
import { type Affine, type ArrayDataset, createDataset } from './dataset.ts'
import { factsOf } from './fields/facts.ts'
import { standardisedVariables, type TrajectoryDataset } from './trajectory.ts'

/**
 * All states, in their order; they share the memory of the trajectory.
 *
 * @param affine the map to the network's values; by default each variable is standardised
 */
export function statesOf(data: TrajectoryDataset, affine: Affine = standardisedVariables(data)): ArrayDataset {
  const { name, shape, states, remarks } = data
  return createDataset({
    name,
    kind: 'fields',
    shape,
    data: states,
    affine,
    fields: factsOf(data),
    ...(remarks && { remarks }),
  })
}
