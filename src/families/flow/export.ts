/** Exports of a flow: items to latents and log-densities, or the inverse where it is one call. */
import { densityGraph, weightsOf } from '../../compiled/flow-density.ts'
import { type ExportOptions, exportGraph } from '../../compiled/export-onnx.ts'
import { roundsOf, stagesOf } from '../../diffusion/flow/stages.ts'
import { input } from '../../engine/graph/index.ts'
import { conditionInputs } from '../../engine/nn/condition-spec.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { TweedieError } from '../../errors.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import type { Setting } from '../family.ts'
import type { FlowModel } from './model.ts'
import type { exportOptions } from './options/export.ts'

type Options = ValuesOf<typeof exportOptions> & Pick<ExportOptions, 'batch' | 'weights'>

/**
 * The bytes of an ONNX file: `x` and conditions to `latent` and `log_density`, in nats of the values that the network sees; or
 * `latent` and conditions to `x`.
 *
 * @throws TweedieError `usage` for the inverse of a flow whose inverse is sequential
 */
export async function exportFlow(
  model: FlowModel,
  options: OptionValues,
  { provenance }: Setting,
): Promise<Uint8Array> {
  const { direction = 'forward', batch, weights } = options as Options
  const { bijection } = model.network
  if (direction === 'inverse' && bijection.inverse === undefined) {
    throw new TweedieError(
      'usage',
      `\`direction: inverse\`: it is sequential, up to ${roundsOf(bijection)} calls, so no one graph`,
      {
        hint: '`direction: forward`, or train a CouplingFlow or GlowFlow',
      },
    )
  }
  const outputs = direction === 'forward' ? forwardOf(model) : inverseOf(model)
  return exportGraph(
    { outputs, weights: weightsOf(model), layout: model.layout, flat: model.weights },
    {
      batch,
      weights,
      metadata: { ...provenance, direction, classes: JSON.stringify(model.classNames) },
    },
  )
}

const forwardOf = (model: FlowModel) => (size: number) => {
  const { latent, logDensity } = densityGraph(model, size)
  return { latent, log_density: logDensity }
}

const inverseOf =
  ({ network }: FlowModel) =>
  (size: number) => {
    const scope = new Scope()
    const latent = input('latent', [size, ...network.outputShape])
    const context = network.contextOf(scope, { x: latent, conditions: conditionInputs(network.conditions, size) })
    const x = stagesOf(network.bijection).reduce(
      (h, stage) => stage.step(scope.child('flow'), h, undefined, context),
      latent,
    )
    return { x }
  }
