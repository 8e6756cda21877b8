/** The sampler and the steps of a request, in words and for programs. */
import type { OwnParts } from './family.ts'
import { chooseSampler, type Sampled, type SamplerOptions, stepsText } from './gaussian-sampler.ts'

/** What a request comes to. */
export function stepsOfRequest(model: Sampled, options: SamplerOptions, own: OwnParts) {
  const { sampler, steps } = chooseSampler(model, options, own)
  return { facts: { sampler: sampler.name, steps: steps ?? null }, text: `${sampler.name}, ${stepsText(steps)}` }
}
