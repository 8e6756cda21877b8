/** The bound of two coins by the number of steps: what it loses by treating tokens as independent within a step. */
import { exactDenoiser, type KernelName, processOf } from '../../../../diffusion/discrete/index.ts'
import { entropyOf } from '../../../../diffusion/discrete/mutual-information.ts'
import { figure } from '../../figure.ts'
import { shown, sumOf, whole } from '../../shared/series.ts'
import { lawOf } from './law.ts'

const counts = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]

/** p(x₀) of two coins that agree with the given probability: 00, 01, 10, 11. */
export const coins = (agree: number): number[] => [agree / 2, (1 - agree) / 2, (1 - agree) / 2, agree / 2]

/** H(x₀) in nats. */
export const entropy = (agree: number): number => sumOf(coins(agree).map(entropyOf))

/** The bound's terms L₀, L₁ …, each an exact mean over all x₀ and x_t, in nats for both coins. */
export async function boundTerms(kernel: KernelName, agree: number, steps: number): Promise<number[]> {
  const process = processOf({ kernel, schedule: 'linear', steps, objective: 'bound' }, 2)
  const joint = coins(agree)
  const denoiser = exactDenoiser(process, [2], joint)
  const states = whole(process.states).flatMap((first) =>
    whole(process.states).map((second) => [first, second] as const),
  )
  const xt = Int32Array.from(states.flat())
  return Promise.all(
    whole(steps).map(async (i) => {
      const [s, t] = [i / steps, (i + 1) / steps]
      const logP0 = await denoiser.logits(xt, t, states.length)
      const law = [0, 1].map((token) => lawOf(process, token, t))
      let nats = 0
      joint.forEach((p, sequence) => {
        const x0 = [sequence >> 1, sequence & 1]
        states.forEach((state, item) => {
          const q = p * law[x0[0]!]![state[0]]! * law[x0[1]!]![state[1]]!
          if (q === 0) return
          for (const i of [0, 1]) nats += q * process.divergence(logP0, 2 * (2 * item + i), state[i]!, x0[i]!, s, t)
        })
      })
      return nats
    }),
  )
}

export const bound = figure({
  id: 'bound',
  title: 'The bound by the number of steps',
  hint: 'Two coins that always agree cost one bit. In one step both are guessed apart, and cost two. Make them independent: steps no longer matter.',
  controls: {
    kernel: {
      kind: 'choice',
      label: 'kernel',
      options: [
        { value: 'absorbing', label: 'absorbing' },
        { value: 'uniform', label: 'uniform' },
      ],
      initial: 'absorbing',
    },
    agree: { kind: 'slider', label: 'coins agree', min: 0.5, max: 1, step: 0.01, initial: 1 },
    steps: { kind: 'slider', label: 'T, steps', min: 1, max: 64, step: 1, initial: 8 },
  },
  async show({ kernel, agree, steps }) {
    const [terms, truth] = [await boundTerms(kernel, agree, steps), entropy(agree)]
    const all = await Promise.all(counts.map(async (count) => sumOf(await boundTerms(kernel, agree, count))))
    const total = sumOf(terms)
    return {
      views: [
        {
          kind: 'plot',
          title: 'bound and entropy',
          x: { label: 'T', min: 0.9, max: 70, scale: 'log' },
          y: { label: 'nats', min: 0, max: 1.5 },
          marks: [
            { kind: 'rule', y: truth, ink: 'exact', label: 'entropy of the data' },
            { kind: 'line', x: counts, y: all, ink: 'model', label: 'bound' },
            { kind: 'points', x: [steps], y: [total], ink: 'model', radius: 5 },
          ],
        },
        {
          kind: 'plot',
          title: 'terms, from L₀ on',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'nats · T', min: 0, max: 1.5 },
          marks: [
            {
              kind: 'bars',
              x: whole(steps).map((i) => (i + 0.5) / steps),
              y: terms.map((nats) => nats * steps),
              width: 1 / steps,
              ink: 'model',
              label: 'each term times T: the area is the bound',
            },
          ],
        },
      ],
      numbers: { T: steps, bound: total, entropy: truth, gap: total - truth, first: terms[0]! },
      caption: `In ${steps} steps the bound is ${shown(total, 3)} nats, ${shown(total - truth, 3)} above the entropy of ${shown(truth, 3)}.`,
    }
  },
})
