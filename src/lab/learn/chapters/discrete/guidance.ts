/** Guidance by class: two laws of a token, and what w makes of them. */
import { type CategoricalDenoiser, guideTokens, processOf } from '../../../../diffusion/discrete/index.ts'
import { figure } from '../../figure.ts'
import { percent, sumOf, whole } from '../../shared/series.ts'

const process = processOf({ kernel: 'absorbing', schedule: 'linear', steps: null, objective: 'bound' }, 6)
/** p(x₀) with the class, and without. */
const given = [0.05, 0.1, 0.3, 0.35, 0.15, 0.05]
const free = [0.25, 0.2, 0.2, 0.15, 0.1, 0.1]

const conditional: CategoricalDenoiser = {
  process,
  shape: [1],
  logits: (_, __, batch, context) =>
    Float64Array.from(
      whole(batch).flatMap((item) => (context?.conditions?.['labels']?.[item] === 1 ? given : free)),
      Math.log,
    ),
}

/** The guided law of a mask. */
export async function guidedLaw(w: number): Promise<Float64Array> {
  const guided = guideTokens(conditional, { w, nothing: { labels: Int32Array.of(0) } })
  const logits = await guided.logits(Int32Array.of(6), 0.5, 1, { conditions: { labels: Int32Array.of(1) } })
  return Float64Array.from(logits, Math.exp)
}

export const guidance = figure({
  id: 'guidance',
  title: 'Guidance by class',
  hint: 'w = 0 is the class as it is, w = −1 no class at all. Push w up: what the class makes more likely takes over.',
  controls: { w: { kind: 'slider', label: 'w', min: -1, max: 6, step: 0.1, initial: 1.5 } },
  async show({ w }) {
    const law = await guidedLaw(w)
    const entropy = -sumOf(law.map((p) => (p > 0 ? p * Math.log(p) : 0)))
    const bars = (by: number) => whole(6).map((k) => k + by)
    return {
      views: [
        {
          kind: 'plot',
          x: { label: 'category', min: -0.6, max: 5.6 },
          y: { label: 'probability', min: 0, max: 1 },
          marks: [
            { kind: 'bars', x: bars(-0.27), y: free, width: 0.25, ink: 'muted', label: 'p(x₀ | x_t)' },
            { kind: 'bars', x: bars(0), y: given, width: 0.25, ink: 'data', label: 'p(x₀ | x_t, c)' },
            { kind: 'bars', x: bars(0.27), y: law, width: 0.25, ink: 'model', label: 'guided' },
          ],
        },
      ],
      numbers: { w, top: Math.max(...law), entropy },
      caption: `At w = ${w.toFixed(1)} the likeliest category has ${percent(Math.max(...law))}, and the entropy is ${entropy.toFixed(2)} nats.`,
    }
  },
})
