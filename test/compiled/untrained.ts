/** A network that has learned nothing, with weights that are not zero, as a model of ε. */
import type { DenoisingModel } from '../../src/compiled/denoiser.ts'
import { inputView } from '../../src/diffusion/denoise/input-view.ts'
import { parametrisation } from '../../src/diffusion/denoise/parametrisation.ts'
import type { Schedule } from '../../src/diffusion/noise/schedule.ts'
import { type Network, parametersOf } from '../../src/engine/nn/index.ts'
import { shaken } from '../engine/nn/run.ts'

export const untrained = (network: Network, schedule: Schedule): DenoisingModel => ({
  network,
  layout: parametersOf(network),
  weights: shaken(network),
  schedule,
  view: inputView('level', schedule),
  parametrisation: parametrisation('epsilon'),
})
