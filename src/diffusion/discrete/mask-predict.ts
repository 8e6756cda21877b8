/**
 * Mask-predict: in each step all masks are filled in at once, and the least certain of them become masks again, fewer from step to
 * step: cos(π/2 · i/n) of all after step i of n. Few evaluations give good samples, but they do not follow the model's
 * distribution: certain tokens come first. Noise added to the certainties, less in each step, keeps samples from being
 * all the same.
 *
 * - Mask-Predict: Parallel Decoding of Conditional Masked Language Models (Ghazvininejad et al., 2019), https://arxiv.org/abs/1904.09324
 * - MaskGIT: Masked Generative Image Transformer (Chang et al., 2022), section 3.2, https://arxiv.org/abs/2202.04200
 */
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { drawLog } from './log-space.ts'
import type { TokenProblem, TokenSampler, TokenStep } from './sampler.ts'
import { temper } from './temper.ts'
import { timeOfMasks } from './token-times.ts'

/** How masks are chosen. */
export interface MaskPredictOptions {
  /** How much Gumbel noise is added to log-probabilities before they are compared, in the first step; default 4.5. */
  readonly randomness?: number
}

/** Sampling by confidence. */
export function maskPredict({ randomness = 4.5 }: MaskPredictOptions = {}): TokenSampler {
  if (!(randomness >= 0)) throw new TweedieError('usage', `randomness ${randomness}: must be at least 0`)
  return Object.freeze({
    name: 'mask-predict',
    masksOnly: true,
    use: 'masks: the most certain tokens first, good samples in few steps',
    paper: 'https://arxiv.org/abs/2202.04200',
    run: (problem: TokenProblem) => run(problem, randomness),
  })
}

async function* run(problem: TokenProblem, randomness: number): AsyncGenerator<TokenStep> {
  const { denoiser, x, batch, temperature, context, steps } = problem
  const { process } = denoiser
  if (process.kind !== 'absorbing') return
  const { mask, categories } = process
  const size = x.length / batch
  const items = Array.from({ length: batch }, (_, item) => x.subarray(item * size, (item + 1) * size))
  const masksOf = (item: Int32Array): number => item.reduce((sum, token) => sum + Number(token === mask), 0)
  const first = items.map(masksOf)
  const [tokens, order] = [new Float64Array(x.length), new Float64Array(x.length)]
  const timeNow = (): number => timeOfMasks(process, masksOf(x) / x.length)
  for (let index = 0; index < steps; index++) {
    throwIfAborted(context.signal)
    const t = timeNow()
    const answer = temper(await denoiser.logits(x, t, batch, context), categories, temperature)
    problem.uniforms(tokens, index, 0)
    problem.uniforms(order, index, 1)
    const left = Math.cos((((index + 1) / steps) * Math.PI) / 2)
    const noise = randomness * (1 - (index + 1) / steps)
    for (const [item, state] of items.entries()) {
      const certain: { readonly place: number; readonly log: number }[] = []
      for (let place = 0; place < size; place++) {
        const i = item * size + place
        if (state[place] !== mask) continue
        state[place] = drawLog(answer, tokens[i]!, i * categories, categories)
        const gumbel = -Math.log(-Math.log(order[i]! + 2 ** -33))
        certain.push({ place, log: answer[i * categories + state[place]!]! + noise * gumbel })
      }
      const again = index + 1 === steps ? 0 : Math.min(certain.length - 1, Math.floor(first[item]! * left))
      certain.sort((a, b) => a.log - b.log)
      for (let n = 0; n < again; n++) state[certain[n]!.place] = mask
    }
    const s = index + 1 === steps ? 0 : timeNow()
    yield { index, total: steps, t, s, x, evaluations: index + 1 }
  }
}
