/** Simulators against what is known of their equations. */
import { describe, expect, it } from 'vitest'
import { fold, key, normal } from '../../../../src/engine/random/index.ts'
import {
  advance,
  ar1,
  type Dynamics,
  kolmogorov,
  linearDynamics,
  lorenz63,
  lorenz96,
  simulate,
} from '../../../../src/files/data/builtin/dynamics/index.ts'
import { lorenz63Rate, lorenz96Rate } from '../../../../src/files/data/builtin/dynamics/lorenz.ts'
import { builtinDataset } from '../../../../src/files/data/index.ts'

const norm = (x: ArrayLike<number>): number => Math.hypot(...Array.from(x))
const difference = (a: Float64Array, b: Float64Array): number => norm(a.map((value, i) => value - b[i]!))

/** The measured order of convergence: of the error after the same time in halved steps. */
function order(system: (substeps: number) => Dynamics, start: Float64Array, fine: number, coarse: number): number {
  const after = (substeps: number): Float64Array => {
    const x = start.slice()
    system(substeps).move(x)
    return x
  }
  const truth = after(fine)
  return Math.log2(difference(after(coarse), truth) / difference(after(2 * coarse), truth))
}

describe('trajectories', () => {
  it.each([
    lorenz63(),
    lorenz96({ noise: 0.1 }),
    ar1(),
    linearDynamics({ transition: [0.5, 0, 0, 0.5], root: [1, 0, 1, 1] }),
  ])('$name: the same for the same seed, a longer one begins with a shorter one', (system) => {
    const long = simulate(system, { length: 9, seed: 3, spinUp: 2 })
    expect(simulate(system, { length: 5, seed: 3, spinUp: 2 })).toEqual(long.subarray(0, 5 * system.size))
    expect(simulate(system, { length: 5, seed: 4, spinUp: 2 })).not.toEqual(long.subarray(0, 5 * system.size))
  })

  it.each([{ length: 0 }, { length: 1.5 }, { length: 3, spinUp: -1 }])('%o is refused', (options) =>
    expect(() => simulate(ar1(), options)).toThrow(expect.objectContaining({ code: 'usage' })),
  )
})

describe('Lorenz 63', () => {
  const quiet = lorenz63({ noise: 0 })

  it('is symmetric under (x, y, z) → (−x, −y, z)', () => {
    const states = Float64Array.of(1, 2, 20, -1, -2, 20)
    for (let k = 0; k < 50; k++) quiet.move(states)
    expect([states[3], states[4], states[5]]).toEqual([-states[0]!, -states[1]!, states[2]])
  })

  it('contracts volumes by −(σ + 1 + β) everywhere', () => {
    const rate = lorenz63Rate()
    for (const at of [
      [1, 2, 3],
      [-8, 3, 30],
    ]) {
      let divergence = 0
      for (let i = 0; i < 3; i++) {
        const moved = (h: number): number => {
          const out = new Float64Array(3)
          rate(
            Float64Array.from(at, (value, j) => value + (i === j ? h : 0)),
            0,
            out,
          )
          return out[i]!
        }
        divergence += (moved(1e-4) - moved(-1e-4)) / 2e-4
      }
      expect(divergence).toBeCloseTo(-(10 + 1 + 8 / 3), 8)
    }
  })

  it('rests at its three fixed points', () => {
    const c = Math.sqrt((8 / 3) * 27)
    const states = Float64Array.of(0, 0, 0, c, c, 27, -c, -c, 27)
    const before = states.slice()
    quiet.move(states)
    expect(difference(states, before)).toBeLessThan(1e-12)
  })

  it('is solved to order 4', () =>
    expect(
      order((substeps) => lorenz63({ noise: 0, dt: 0.2, substeps }), Float64Array.of(1, 2, 20), 512, 16),
    ).toBeCloseTo(4, 0))

  it('has a largest Lyapunov exponent of about 0.906', () => {
    const pair = Float64Array.from([...simulate(quiet, { length: 1, spinUp: 400 }), 0, 0, 0])
    for (let i = 0; i < 3; i++) pair[3 + i] = pair[i]! + (i === 0 ? 1e-7 : 0)
    let sum = 0
    const steps = 16_000
    for (let k = 0; k < steps; k++) {
      quiet.move(pair)
      const apart = [0, 1, 2].map((i) => pair[3 + i]! - pair[i]!)
      const growth = norm(apart) / 1e-7
      sum += Math.log(growth)
      for (let i = 0; i < 3; i++) pair[3 + i] = pair[i]! + apart[i]! / growth
    }
    expect(Math.abs(sum / (steps * 0.025) - 0.906)).toBeLessThan(0.05)
  })

  it('adds noise of standard deviation √dt', () => {
    const states = new Float64Array(3 * 4000)
    advance(lorenz63(), states, key('noise'))
    expect(Math.sqrt(states.reduce((sum, value) => sum + value ** 2, 0) / states.length)).toBeCloseTo(
      Math.sqrt(0.025),
      2,
    )
  })
})

describe('Lorenz 96', () => {
  it('rests where all places have the value of the force, and turns with the ring', () => {
    const rest = new Float64Array(40).fill(8)
    lorenz96().move(rest)
    expect(difference(rest, new Float64Array(40).fill(8))).toBeLessThan(1e-12)
    const x = normal(key('ring'), new Float64Array(40))
    const turned = x.map((_, i) => x[(i + 39) % 40]!)
    lorenz96().move(x)
    lorenz96().move(turned)
    turned.forEach((value, i) => expect(value).toBe(x[(i + 39) % 40]))
  })

  it('what is not linear keeps the energy', () => {
    const x = normal(key('energy'), new Float64Array(40))
    const out = new Float64Array(40)
    lorenz96Rate({ forcing: 0 })(x, 0, out)
    // Σ x (x′ + x) = 0
    expect(out.reduce((sum, value, i) => sum + x[i]! * (value + x[i]!), 0)).toBeCloseTo(0, 10)
  })

  it('is solved to order 4, and refuses a ring of three', () => {
    const x = normal(key('start'), new Float64Array(40)).map((value) => 8 + value)
    expect(order((substeps) => lorenz96({ dt: 0.2, substeps }), x, 256, 4)).toBeCloseTo(4, 0)
    expect(() => lorenz96({ places: 3 })).toThrow('4 or more')
  })
})

describe('AR(1)', () => {
  it('is stationary from the start: Cov[x_i, x_j] = ρ^|i − j|', () => {
    const n = 6000
    const all = Array.from({ length: n }, (_, seed) => simulate(ar1(0.7), { length: 4, seed, spinUp: 0 }))
    for (let lag = 0; lag < 4; lag++) {
      const covariance = all.reduce((sum, x) => sum + x[0]! * x[lag]!, 0) / n
      expect(Math.abs(covariance - 0.7 ** lag)).toBeLessThan(0.06)
    }
    expect(() => ar1(1)).toThrow('between −1 and 1')
  })
})

describe('Kolmogorov flow', () => {
  const n = 32
  const field = (of: (x: number, y: number) => number): Float64Array =>
    Float64Array.from({ length: n * n }, (_, at) =>
      of((2 * Math.PI * (at % n)) / n, (2 * Math.PI * Math.floor(at / n)) / n),
    )
  const turbulent = (system: ReturnType<typeof kolmogorov>, steps = 12): Float64Array => {
    const state = system.start(fold(key('flow'), 1))
    for (let k = 0; k < steps; k++) system.move(state)
    return state
  }

  it('a single wave decays by e^{−(ν k² + μ) t}, exactly', () => {
    const system = kolmogorov({ grid: n, force: 0, viscosity: 0.03, drag: 0.2, dt: 0.5, substeps: 2 })
    const wave = field((x, y) => Math.cos(3 * x) + Math.sin(3 * y))
    const state = system.stateOf(wave)
    system.move(state)
    system
      .vorticity(state)
      .forEach((value, i) => expect(value).toBeCloseTo(wave[i]! * Math.exp(-(0.03 * 9 + 0.2) * 0.5), 12))
  })

  it('rests where the force and friction are equal', () => {
    const system = kolmogorov({ grid: n })
    // ω = −F q cos(q y) / (ν q² + μ)
    const state = system.stateOf(field((_, y) => (-4 * Math.cos(4 * y)) / (0.01 * 16 + 0.1)))
    const before = state.slice()
    system.move(state)
    expect(difference(state, before) / norm(before)).toBeLessThan(1e-6)
  })

  it('velocity is that of the vorticity, and has no divergence', () => {
    const system = kolmogorov({ grid: n })
    const u = system.velocity(system.stateOf(field((x, y) => 2 * Math.cos(2 * x) * Math.cos(y))), n)
    // ψ = ω / 5: u = ∂ψ/∂y, v = −∂ψ/∂x
    const expected = [
      field((x, y) => (-2 / 5) * Math.cos(2 * x) * Math.sin(y)),
      field((x, y) => (4 / 5) * Math.sin(2 * x) * Math.cos(y)),
    ]
    expected.forEach((part, c) => part.forEach((value, i) => expect(u[c * n * n + i]).toBeCloseTo(value, 12)))
    // of turbulence: by central differences at twice the places, u_x + v_y vanishes to their order, and better the finer
    const state = turbulent(system)
    const residual = (places: number): number => {
      const v = system.velocity(state, places)
      const h = (2 * Math.PI) / places
      const at = (c: number, y: number, x: number): number =>
        v[(c * places + ((y + places) % places)) * places + ((x + places) % places)]!
      let sum = 0
      for (let y = 0; y < places; y++) {
        for (let x = 0; x < places; x++) {
          sum += ((at(0, y, x + 1) - at(0, y, x - 1) + at(1, y + 1, x) - at(1, y - 1, x)) / (2 * h)) ** 2
        }
      }
      return Math.sqrt(sum / places ** 2)
    }
    expect(Math.log2(residual(128) / residual(256))).toBeCloseTo(2, 1)
  })

  it('its energy changes by what force gives and friction takes', () => {
    const system = (dt: number) => kolmogorov({ grid: n, dt, substeps: 1 })
    const state = turbulent(kolmogorov({ grid: n }))
    const energy = (w: Float64Array): number =>
      system(1)
        .velocity(w, n)
        .reduce((sum, value) => sum + value ** 2, 0) /
      (2 * n * n)
    const later = state.slice()
    const h = 1e-3
    system(h).move(later)
    const measured = (energy(later) - energy(state)) / h
    const vorticity = system(1).vorticity(state)
    const flow = system(1).velocity(state, n)
    const force = field((_, y) => Math.sin(4 * y))
    const given = force.reduce((sum, value, i) => sum + value * flow[i]!, 0) / (n * n)
    const enstrophy = vorticity.reduce((sum, value) => sum + value ** 2, 0) / (n * n)
    const expected = given - 0.01 * enstrophy - 2 * 0.1 * energy(state)
    expect(Math.abs(measured - expected)).toBeLessThan(5e-3 * Math.max(0.1, Math.abs(expected)))
  })

  it('is solved to order 4', () => {
    const state = turbulent(kolmogorov({ grid: 16 }))
    expect(order((substeps) => kolmogorov({ grid: 16, dt: 0.4, substeps }), state, 64, 4)).toBeGreaterThan(3.6)
  })

  it('refuses grids that are no powers of two, and a finer view than the flow', () => {
    expect(() => kolmogorov({ grid: 48 })).toThrow('a power of two')
    expect(() => kolmogorov({ grid: 16, seen: 32 })).toThrow('cannot be seen')
  })
})

describe('windows', () => {
  it.each([
    ['lorenz63', [3, 5, 1, 1]],
    ['lorenz96', [1, 5, 1, 40]],
    ['ar1', [1, 5, 1, 1]],
  ] as const)('%s: fields with an axis of time, standardised by channel', (name, shape) => {
    const set = builtinDataset(name, { length: 40, window: 5 })
    expect([set.kind, set.shape, set.affine!.shift.length]).toEqual(['fields', shape, shape[0]])
    expect(() => builtinDataset(name, { window: 0 })).toThrow('`window` is 0')
    expect(() => builtinDataset('moons', { window: 4 })).toThrow('an axis of time')
  })

  it('hold the states one after another', () => {
    const { data } = builtinDataset('lorenz63', { length: 1, window: 4 })
    const states = Array.from({ length: 4 }, (_, t) => [0, 1, 2].map((c) => data[c * 4 + t]!))
    const quiet = lorenz63({ noise: 0 })
    for (let t = 0; t < 3; t++) {
      const next = Float64Array.from(states[t]!)
      quiet.move(next)
      expect(difference(next, Float64Array.from(states[t + 1]!))).toBeLessThan(1)
    }
  })
})
