/** One step back for one token: what its surroundings say, what it says itself, and the law of the next state. */
import { fromLogits, type KernelName, processOf } from '../../../../diffusion/discrete/index.ts'
import { liftedShare } from '../../../../diffusion/discrete/absorbing.ts'
import { logNormalize } from '../../../../diffusion/discrete/log-space.ts'
import { figure } from '../../figure.ts'
import { percent, whole } from '../../shared/series.ts'

const names = ['a', 'b', 'c', 'd']
const T = 100

/**
 * @param logits ℓ, what the surroundings say
 * @param token x_t, a state of the process
 */
export async function stepBack(kernel: KernelName, logits: readonly number[], token: number, s: number, t: number) {
  const process = processOf(
    { kernel, schedule: 'linear', steps: T, objective: 'bound', ...(kernel === 'gaussian' && { beta: [0.01, 0.3] }) },
    logits.length,
  )
  const context = Float64Array.from(logits)
  logNormalize(context)
  const denoiser = fromLogits(process, [1], () => Float64Array.from(logits))
  const posterior = await denoiser.logits(Int32Array.of(token), t, 1)
  const next = new Float64Array(process.states)
  process.reverse(posterior, 0, token, s, t, next)
  const probabilities = (logs: ArrayLike<number>) => Float64Array.from(logs, Math.exp)
  return {
    /** How likely a mask is lifted in the step. */
    lifted: process.kind === 'absorbing' ? liftedShare(process.fade, s, t) : 1 - s / t,
    context: probabilities(context),
    posterior: probabilities(posterior),
    next: probabilities(next),
    mask: process.mask,
  }
}

const slider = (label: string, initial: number) =>
  ({ kind: 'slider', label, min: -3, max: 3, step: 0.1, initial }) as const

export const reverse = figure({
  id: 'reverse',
  title: 'One step back',
  hint: 'Let t go to 1: the token’s own word counts for nothing, and the posterior is what the surroundings say. Near t = 0 it counts for all.',
  controls: {
    kernel: {
      kind: 'choice',
      label: 'kernel',
      options: [
        { value: 'uniform', label: 'uniform' },
        { value: 'absorbing', label: 'absorbing' },
        { value: 'gaussian', label: 'gaussian' },
      ],
      initial: 'uniform',
    },
    token: {
      kind: 'choice',
      label: 'x_t',
      options: [...names.map((name) => ({ value: name, label: name })), { value: 'lost', label: 'mask' }],
      initial: 'a',
    },
    t: { kind: 'slider', label: 't', min: 0.02, max: 1, step: 0.01, initial: 0.6 },
    part: { kind: 'slider', label: 's / t', min: 0, max: 0.99, step: 0.01, initial: 0.6 },
    a: slider('ℓ(a)', 0),
    b: slider('ℓ(b)', 0.5),
    c: slider('ℓ(c)', 2),
    d: slider('ℓ(d)', -1),
  },
  async show({ kernel, token, t, part, a, b, c, d }) {
    const masked = token === 'lost' && kernel === 'absorbing'
    const state = masked ? names.length : Math.max(0, names.indexOf(token))
    const level = Math.round(t * T)
    const s = Math.min(Math.round(part * level), level - 1) / T
    const { context, posterior, next, lifted } = await stepBack(kernel, [a, b, c, d], state, s, level / T)
    const shift = (by: number, count: number) => whole(count).map((k) => k + by)
    const own = Math.min(state, names.length - 1)
    const said = masked ? 'a mask' : `‘${names[state]}’`
    return {
      views: [
        {
          kind: 'plot',
          title: 'categories a, b, c, d, and the mask',
          x: { label: 'category', min: -0.6, max: 4.6 },
          y: { label: 'probability', min: 0, max: 1 },
          marks: [
            {
              kind: 'bars',
              x: shift(-0.27, 4),
              y: context,
              width: 0.25,
              ink: 'muted',
              label: 'softmax(ℓ): surroundings',
            },
            { kind: 'bars', x: shift(0, 4), y: posterior, width: 0.25, ink: 'data', label: 'p(x₀ | x_t)' },
            { kind: 'bars', x: shift(0.27, next.length), y: next, width: 0.25, ink: 'model', label: 'p(x_s | x_t)' },
          ],
        },
      ],
      numbers: { t: level / T, s, context: context[own]!, posterior: posterior[own]!, next: next[state]!, lifted },
      caption: `${token === 'lost' && !masked ? 'This kernel has no mask, so x_t is ‘a’. ' : ''}x_t is ${said} at t = ${(level / T).toFixed(2)}. The surroundings give ‘${names[own]}’ ${percent(context[own]!)}, with the token itself it is ${percent(posterior[own]!)}, and at s = ${s.toFixed(2)} the state is still ${said} with ${percent(next[state]!)}.`,
    }
  },
})
