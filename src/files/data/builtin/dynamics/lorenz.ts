/** Lorenz's two systems: three equations of convection, and waves on a ring of places. */
import { TweedieError } from '../../../../errors.ts'
import { fold, normal } from '../../../../engine/random/index.ts'
import type { Dynamics } from './dynamics.ts'
import { rk4, type Rate } from './runge-kutta.ts'

/** What both have. */
export interface LorenzOptions {
  /** Time from state to state. */
  readonly dt?: number | undefined
  /** Runge–Kutta steps to it; default 1. */
  readonly substeps?: number | undefined
  /** The standard deviation of the noise that is added to each number of each state. */
  readonly noise?: number | undefined
}

/** The parameters of {@link lorenz63}. */
export interface Lorenz63Options extends LorenzOptions {
  /** The Prandtl number; default 10. */
  readonly sigma?: number | undefined
  /** The Rayleigh number; default 28. */
  readonly rho?: number | undefined
  /** Default 8/3. */
  readonly beta?: number | undefined
}

/**
 * x′ = σ (y − x),  y′ = x (ρ − z) − y,  z′ = x y − β z, then noise of standard deviation √dt on each number, as in SDA's experiments.
 *
 * - Deterministic Nonperiodic Flow (Lorenz, 1963), https://doi.org/10.1175/1520-0469(1963)020<0130:DNF>2.0.CO;2
 * - Score-based Data Assimilation (Rozet & Louppe, 2023), https://arxiv.org/abs/2306.10574
 *
 * @param options `dt`: default 0.025; `noise`: default √dt, 0 for none
 * @example
 * const states = simulate(lorenz63({ noise: 0 }), { length: 1000 })
 */
export function lorenz63(options: Lorenz63Options = {}): Dynamics & { readonly noise: number } {
  const { dt = 0.025, noise = Math.sqrt(dt) } = options
  const rate = lorenz63Rate(options)
  return lorenz('lorenz63', [3, 1, 1], rate, { ...options, dt, noise }, (z) => [8 * z[0]!, 9 * z[1]!, 25 + 8.6 * z[2]!])
}

/** The right-hand side of Lorenz' three equations. */
export function lorenz63Rate({ sigma = 10, rho = 28, beta = 8 / 3 }: Lorenz63Options = {}): Rate {
  return (v, at, out) => {
    const [x, y, z] = [v[at]!, v[at + 1]!, v[at + 2]!]
    out[0] = sigma * (y - x)
    out[1] = x * (rho - z) - y
    out[2] = x * y - beta * z
  }
}

/** The parameters of {@link lorenz96}. */
export interface Lorenz96Options extends LorenzOptions {
  /** Places on the ring, 4 or more; default 40. */
  readonly places?: number | undefined
  /** F; default 8, which is chaotic. */
  readonly forcing?: number | undefined
}

/**
 * x_i′ = (x_{i+1} − x_{i−2}) x_{i−1} − x_i + F on a ring.
 *
 * Predictability: A problem partly solved (Lorenz, 1996)
 *
 * @param options `dt`: default 0.05, six hours of weather; `noise`: default 0
 * @throws TweedieError `usage` for fewer than 4 places
 */
export function lorenz96(options: Lorenz96Options = {}): Dynamics & { readonly noise: number } {
  const { dt = 0.05, places = 40, forcing = 8, noise = 0 } = options
  if (!(Number.isInteger(places) && places >= 4)) {
    throw new TweedieError('usage', `\`places\` is ${places}: a whole number of 4 or more`)
  }
  const rate = lorenz96Rate({ places, forcing })
  return lorenz('lorenz96', [1, 1, places], rate, { ...options, dt, noise }, (z) => z.map((value) => forcing + value))
}

/** The right-hand side on a ring. */
export function lorenz96Rate({ places = 40, forcing = 8 }: Lorenz96Options = {}): Rate {
  return (x, at, out) => {
    for (let i = 0; i < places; i++) {
      const [next, before, last] = [(i + 1) % places, (i + places - 2) % places, (i + places - 1) % places]
      out[i] = (x[at + next]! - x[at + before]!) * x[at + last]! - x[at + i]! + forcing
    }
  }
}

function lorenz(
  name: string,
  shape: readonly number[],
  rate: Rate,
  { dt, noise, substeps = 1 }: { readonly dt: number; readonly noise: number; readonly substeps?: number | undefined },
  start: (z: Float64Array) => ArrayLike<number>,
): Dynamics & { readonly noise: number } {
  for (const [option, value] of Object.entries({ dt, noise })) {
    if (value >= 0 && Number.isFinite(value)) continue
    throw new TweedieError('usage', `${name}: \`${option}\` is ${value}: a number of 0 or more`)
  }
  if (!(Number.isInteger(substeps) && substeps > 0)) {
    throw new TweedieError('usage', `${name}: \`substeps\` is ${substeps}: a positive whole number`)
  }
  const size = shape.reduce((product, n) => product * n, 1)
  return Object.freeze({
    name,
    size,
    shape,
    start: (stream) => Float64Array.from(start(normal(fold(stream, name), new Float64Array(size)))),
    noise,
    move(states) {
      for (let step = 0; step < substeps; step++) rk4(rate, states, size, dt / substeps)
    },
  } satisfies Dynamics)
}
