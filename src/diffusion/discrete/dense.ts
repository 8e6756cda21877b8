/** A process of tables: sums over all categories, O(K²) a token. */
import { logDivergence } from './log-space.ts'
import type { DenseProcess } from './process-methods.ts'
import type { DiscreteSpec } from './spec.ts'
import { drawFrom, type Tables } from './tables.ts'

/** The process of tables whose noise ends up uniform. */
export function denseProcess(spec: DiscreteSpec, tables: Tables): DenseProcess {
  const { categories } = tables
  const logs = { q: new Float64Array(categories), p: new Float64Array(categories) }
  const known = new Float64Array(categories)
  let prior: Float64Array | undefined
  const without = new Float64Array(categories)

  const reverse: DenseProcess['reverse'] = (logP0, at, token, s, t, out) => {
    const whole = tables.between(0, t)
    const step = s === 0 ? whole : tables.between(s, t)
    // p(x₀ = k | x_t) without the token's own evidence, in a scale that cannot overflow
    let peak = -Infinity
    for (let k = 0; k < categories; k++) {
      const log = logP0[at + k]! - Math.log(whole[k * categories + token]!)
      without[k] = logP0[at + k] === -Infinity ? -Infinity : log
      peak = Math.max(peak, without[k]!)
    }
    if (s === 0) return void out.set(logP0.subarray(at, at + categories))
    const before = tables.between(0, s)
    for (let j = 0; j < categories; j++) {
      let mass = 0
      for (let k = 0; k < categories; k++) mass += Math.exp(without[k]! - peak) * before[k * categories + j]!
      out[j] = Math.log(mass) + peak + Math.log(step[j * categories + token]!)
    }
  }

  return Object.freeze<DenseProcess>({
    kind: 'dense',
    spec,
    categories,
    states: categories,
    mask: null,
    tables,
    corrupt(x, t, uniforms, out, s = 0) {
      const table = tables.between(s, t)
      for (let i = 0; i < x.length; i++) out[i] = drawFrom(table, x[i]! * categories, categories, uniforms[i]!)
    },
    drawPrior(uniforms, out) {
      for (let i = 0; i < out.length; i++) out[i] = Math.floor(uniforms[i]! * categories)
    },
    addEvidence(logits, at, token, t) {
      const table = tables.between(0, t)
      for (let k = 0; k < categories; k++) logits[at + k]! += Math.log(table[k * categories + token]!)
    },
    reverse,
    divergence(logP0, at, token, x0, s, t) {
      if (s === 0) return -logP0[at + x0]!
      known.fill(-Infinity)
      known[x0] = 0
      reverse(known, 0, token, s, t, logs.q)
      reverse(logP0, at, token, s, t, logs.p)
      return logDivergence(logs.q, logs.p)
    },
    priorDivergence(x0) {
      prior ??= Float64Array.from({ length: categories }, (_, k) => fromUniform(tables, k))
      return prior[x0]!
    },
  })
}

/** D_KL of the law that a category has at the end from the uniform one. */
function fromUniform(tables: Tables, category: number): number {
  const { categories } = tables
  const end = tables.between(0, 1).subarray(category * categories, (category + 1) * categories)
  return end.reduce((nats, p) => (p > 0 ? nats + p * Math.log(p * categories) : nats), 0)
}
