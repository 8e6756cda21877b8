/**
 * Kolmogorov flow: turbulence in two dimensions on a torus [0, 2π)², driven by a sine of force. In terms of the vorticity ω = ∂v/∂x − ∂u/∂y,
 *
 *     ∂ω/∂t + u ∂ω/∂x + v ∂ω/∂y = ν ∇²ω − μ ω − F q cos(q y),    (u, v) = (∂ψ/∂y, −∂ψ/∂x),    ∇²ψ = −ω,
 *
 * for the force (F sin(q y), 0). Derivatives are exact in Fourier space, products are made on the grid and kept below a third of its wave numbers, so
 * that none is mistaken for another; the linear part is solved exactly within Runge and Kutta's steps.
 *
 * - Score-based Data Assimilation (Rozet & Louppe, 2023), section 4.2, https://arxiv.org/abs/2306.10574
 * - Machine learning–accelerated computational fluid dynamics (Kochkov et al., 2021), https://arxiv.org/abs/2102.01010
 */
import { TweedieError } from '../../../../errors.ts'
import { fold, normal } from '../../../../engine/random/index.ts'
import type { Dynamics } from './dynamics.ts'
import { exponential } from './exponential.ts'
import { fourierPlan, waveNumber } from './fourier.ts'

/** The flow, and how finely it is solved. */
export interface KolmogorovOptions {
  /** Places along a side on which it is solved, a power of two; default 64. */
  readonly grid?: number | undefined
  /** Places along a side of what is seen: the flow without its shorter waves; a power of two, default 16. */
  readonly seen?: number | undefined
  /** ν; default 0.01. */
  readonly viscosity?: number | undefined
  /** μ; default 0.1. */
  readonly drag?: number | undefined
  /** F; default 1. */
  readonly force?: number | undefined
  /** q, waves of the force; default 4. */
  readonly waves?: number | undefined
  /** Time from state to state; default 0.2. */
  readonly dt?: number | undefined
  /** Runge–Kutta steps to it; default 8. */
  readonly substeps?: number | undefined
}

/** The simulator, and what physics can be asked of its states. */
export interface Kolmogorov extends Dynamics {
  readonly noise: number
  /** The state of a vorticity on the grid, `[grid, grid]`, y before x: its Fourier coefficients, real parts first. */
  stateOf(vorticity: Float64Array): Float64Array
  /** The vorticity of a state, `[grid, grid]`. */
  vorticity(state: Float64Array): Float64Array
  /** The velocity of a state on a grid of so many places, `[2, places, places]`: u, then v. */
  velocity(state: Float64Array, places?: number): Float64Array
}

/**
 * The flow as a simulator. What is seen of a state is its velocity, `[2, seen, seen]`, without divergence: its long waves, exactly. A start is random, and still.
 *
 * @throws TweedieError `usage` for grids that are no powers of two, or a finer grid to be seen than that of the flow
 * @example
 * const states = simulate(kolmogorov({ grid: 32 }), { length: 4, seed: 1 }) // [4, 2, 16, 16]
 */
export function kolmogorov(options: KolmogorovOptions = {}): Kolmogorov {
  const {
    grid: n = 64,
    seen = 16,
    viscosity = 0.01,
    drag = 0.1,
    force = 1,
    waves = 4,
    dt = 0.2,
    substeps = 8,
  } = options
  if (seen > n) throw new TweedieError('usage', `a flow on a grid of ${n} cannot be seen on one of ${seen}`)
  const [plan, size] = [fourierPlan(n), n * n]
  const coarse = fourierPlan(seen)
  const h = dt / substeps
  const wave = Float64Array.from({ length: n }, (_, k) => waveNumber(k, n))
  const square = Float64Array.from({ length: size }, (_, at) => wave[at % n]! ** 2 + wave[Math.floor(at / n)]! ** 2)
  const kept = square.map((_, at) =>
    Math.max(Math.abs(wave[at % n]!), Math.abs(wave[Math.floor(at / n)]!)) < n / 3 ? 1 : 0,
  )
  const half = square.map((k2) => exponential((-(viscosity * k2 + drag) * h) / 2))
  const pushed = forced()
  const [a, b, c, d] = Array.from({ length: 4 }, () => new Float64Array(size)) as Four
  const stages = Array.from({ length: 4 }, () => new Float64Array(2 * size)) as Four
  const between = new Float64Array(2 * size)

  /** −F q cos(q y): only two waves. */
  function forced(): Float64Array {
    const out = new Float64Array(2 * size)
    for (const row of [waves, n - waves]) out[row * n] = (-force * waves * size) / 2
    return out
  }

  /** What is not linear, of a state at `from`: the force minus (u, v) · ∇ω. */
  function slope(w: Float64Array, from: number, out: Float64Array): void {
    // two real fields are the real and imaginary part of one transform: u + i v, and ω_x + i ω_y
    for (let at = 0; at < size; at++) {
      const [kx, ky] = [wave[at % n]!, wave[Math.floor(at / n)]!]
      const [re, im] = [w[from + at]!, w[from + size + at]!]
      const inverse = at === 0 ? 0 : 1 / square[at]!
      // û = i ky ψ̂, v̂ = −i kx ψ̂; of p̂ + i q̂ the real part is Re p̂ − Im q̂
      a[at] = (-ky * im + kx * re) * inverse
      b[at] = (ky * re + kx * im) * inverse
      c[at] = -kx * im - ky * re
      d[at] = kx * re - ky * im
    }
    plan.transform(a, b, true)
    plan.transform(c, d, true)
    for (let at = 0; at < size; at++) {
      a[at] = a[at]! * c[at]! + b[at]! * d[at]!
      b[at] = 0
    }
    plan.transform(a, b)
    for (let at = 0; at < size; at++) {
      out[at] = kept[at]! * (pushed[at]! - a[at]!)
      out[size + at] = kept[at]! * (pushed[size + at]! - b[at]!)
    }
  }

  /** Runge and Kutta's step of what is left when the linear part is taken off by its own exponential. */
  function step(w: Float64Array, from: number): void {
    const [k1, k2, k3, k4] = stages
    const e = (i: number): number => half[i % size]!
    slope(w, from, k1)
    for (let i = 0; i < 2 * size; i++) between[i] = e(i) * (w[from + i]! + (h / 2) * k1[i]!)
    slope(between, 0, k2)
    for (let i = 0; i < 2 * size; i++) between[i] = e(i) * w[from + i]! + (h / 2) * k2[i]!
    slope(between, 0, k3)
    for (let i = 0; i < 2 * size; i++) between[i] = e(i) ** 2 * w[from + i]! + h * e(i) * k3[i]!
    slope(between, 0, k4)
    for (let i = 0; i < 2 * size; i++) {
      const [once, twice] = [e(i), e(i) ** 2]
      w[from + i] = twice * w[from + i]! + (h / 6) * (twice * k1[i]! + 2 * once * (k2[i]! + k3[i]!) + k4[i]!)
    }
  }

  const stateOf = (vorticity: Float64Array): Float64Array => {
    const [re, im] = [vorticity.slice(), new Float64Array(size)]
    plan.transform(re, im)
    const out = new Float64Array(2 * size)
    for (let at = 1; at < size; at++) {
      out[at] = kept[at]! * re[at]!
      out[size + at] = kept[at]! * im[at]!
    }
    return out
  }
  const velocity = (state: Float64Array, places = seen): Float64Array => {
    const target = places === seen ? coarse : fourierPlan(places)
    const [re, im] = [new Float64Array(places ** 2), new Float64Array(places ** 2)]
    for (let at = 1; at < size; at++) {
      const [kx, ky] = [wave[at % n]!, wave[Math.floor(at / n)]!]
      if (Math.max(Math.abs(kx), Math.abs(ky)) >= places / 2) continue
      const to = ((ky + places) % places) * places + ((kx + places) % places)
      const factor = (places / n) ** 2 / square[at]!
      re[to] = factor * (kx * state[at]! - ky * state[size + at]!)
      im[to] = factor * (ky * state[at]! + kx * state[size + at]!)
    }
    target.transform(re, im, true)
    const out = new Float64Array(2 * places ** 2)
    out.set(re)
    out.set(im, places ** 2)
    return out
  }
  return Object.freeze({
    name: 'kolmogorov',
    size: 2 * size,
    shape: [2, seen, seen],
    noise: 0,
    /** Random waves of about the length of the force's, whose velocity has the size of 1. */
    start(stream) {
      const state = stateOf(normal(fold(stream, 'kolmogorov'), new Float64Array(size)))
      for (let at = 0; at < size; at++) {
        const factor = Math.sqrt(square[at]!) * exponential(-square[at]! / 16)
        state[at]! *= factor
        state[size + at]! *= factor
      }
      const flow = velocity(state, n)
      const root = Math.sqrt(flow.reduce((sum, value) => sum + value ** 2, 0) / size)
      return state.map((value) => value / root)
    },
    move(states) {
      for (let from = 0; from < states.length; from += 2 * size) for (let k = 0; k < substeps; k++) step(states, from)
    },
    observe: (state) => velocity(state),
    stateOf,
    vorticity(state) {
      const [re, im] = [state.slice(0, size), state.slice(size)]
      plan.transform(re, im, true)
      return re
    },
    velocity,
  } satisfies Kolmogorov)
}

type Four = [Float64Array, Float64Array, Float64Array, Float64Array]
