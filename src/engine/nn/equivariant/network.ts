/** A network over atoms in space whose answers turn and move with them. */
import {
  add,
  concat,
  constant,
  div,
  exp,
  expectShape,
  mul,
  reshape,
  silu,
  slice,
  sqrt,
  square,
  sub,
  sum,
  tanh,
} from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import type { ConditionSpecs } from '../condition-spec.ts'
import { presentConditions } from '../conditions.ts'
import { linear } from '../layers.ts'
import type { Network, NetworkInputs } from '../network.ts'
import { inParts, type Scope, uniformWithin, zeros } from '../parameters.ts'
import { sinusoidal, timeMlp } from '../time-embedding.ts'
import { completeConfig, type EquivariantConfig, type EquivariantFields } from './config.ts'
import { noiseNumbers } from './noise-level.ts'
import { orientationTurn, placesOfCentre } from './orientation.ts'
import { pairCount, type PairSums, pairSums } from './pairs.ts'

const className = 'EquivariantGraphNetwork'

/**
 * From noisy positions `[N, atoms, 3]` and a graph (conditions `atoms`, `pairs`, `centres`) to EDM's network output, of the same shape. In every
 * round a pair ij has a distance d and a few distances r_k that it is pulled to, with s = c_out the size of what is still unknown:
 *
 *     a_ij = silu(e_ij + W (h_i + h_j) + W [radial(d), tanh((r_k − d) / 2s)] + W time)
 *     y_i ← y_i + s Σ_j (Σ_k w_k(a_ij) tanh((r_k − d) / 2s) + b(a_ij)) (y_i − y_j) / d
 *     h_i ← h_i + mlp(h_i, Σ_j a_ij),    e_ij ← e_ij + W a_ij
 *
 * Moves are numbers times differences of positions, and a pair pushes both of its atoms alike: answers turn with the positions, do not depend on where they
 * are, and have no mean. `centres` prescribes orientations by the sign of volumes, the only thing that changes under a reflection. Empty
 * places answer zero. Weights do not depend on `atoms` or, above 0, on `centres`.
 *
 * - E(n) Equivariant Graph Neural Networks (Satorras et al., 2021), https://arxiv.org/abs/2102.09844
 * - Elucidating the Design Space of Diffusion-Based Generative Models (Karras et al., 2022), https://arxiv.org/abs/2206.00364
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const network = equivariantNetwork({ atoms: 9, atom_features: 17, pair_features: 18, centres: 1 })
 */
export function equivariantNetwork(config: EquivariantConfig): Network {
  const full = completeConfig(className, config)
  return Object.freeze({
    className,
    config: Object.freeze({ _class_name: className, ...full }),
    inputShape: Object.freeze([full.atoms, 3]),
    outputShape: Object.freeze([full.atoms, 3]),
    conditions: conditionsOf(full),
    build: (scope: Scope, inputs: NetworkInputs) => build(full, scope, inputs),
  })
}

function conditionsOf({ atoms, atom_features, pair_features, centres }: EquivariantFields): ConditionSpecs {
  return Object.freeze({
    atoms: { kind: 'sequence', length: atoms, size: atom_features },
    pairs: { kind: 'sequence', length: pairCount(atoms), size: pair_features },
    ...(centres > 0 && { centres: { kind: 'sequence', length: placesOfCentre * centres, size: atoms } }),
  } as const)
}

/** What a round works on. */
interface State {
  readonly sums: PairSums
  /** 1 where both atoms of a pair exist, `[N, pairs, 1]`. */
  readonly there: Tensor
  /** c_out, `[N, 1, 1]`. */
  readonly reach: Tensor
  /** `[N, 1, width]`. */
  readonly time: Tensor
  /** Which atoms are at the places of centres, `[N, 5 · centres, atoms]`. */
  readonly centres: Tensor | undefined
  /** Positions, `[N, atoms, 3]`. */
  readonly y: Tensor
  /** Features of atoms and of pairs. */
  readonly h: Tensor
  readonly e: Tensor
}

function build(config: EquivariantFields, scope: Scope, inputs: NetworkInputs): Tensor {
  const { x, t } = inputs
  const { atoms: places, width, pair_width: pairWidth, sigma_data: sigmaData } = config
  const batch = x.shape[0]!
  expectShape(`${className}: x`, x, [batch, places, 3])
  const { atoms, pairs, centres } = presentConditions(className, inputs.conditions, conditionsOf(config), batch)
  const { reach, skip } = noiseNumbers(t, sigmaData)
  const features = sinusoidal(t, timeFeatures, { cosFirst: true })
  let state: State = {
    sums: pairSums(places),
    there: slice(pairs!, 2, 0, 1),
    reach,
    time: reshape(silu(timeMlp(scope.child('time_embedding'), features, width)), [batch, 1, width]),
    centres,
    y: mul(x, sigmaData),
    h: linear(scope.child('atom_embedding'), atoms!, width),
    e: linear(scope.child('pair_embedding'), pairs!, pairWidth),
  }
  let moved = mul(skip, x)
  for (let layer = 0; layer < config.layers; layer++) {
    const { move, ...next } = round(config, scope.child('layers').child(layer), state)
    moved = add(moved, move)
    state = { ...state, ...next, y: add(state.y, mul(reach, move)) }
  }
  return moved
}

/** Width of the sinusoidal features of the noise level. */
const timeFeatures = 128

function round(
  config: EquivariantFields,
  scope: Scope,
  state: State,
): Pick<State, 'h' | 'e'> & { readonly move: Tensor } {
  const { centres, y, time } = state
  const turn = centres && orientationTurn(scope.child('orientation'), { centres, y, h: state.h, time })
  const h = turn ? add(state.h, turn.message) : state.h
  const pairs = pairRound(config, scope, { ...state, h })
  return {
    move: turn ? add(pairs.move, turn.move) : pairs.move,
    h: add(h, atomUpdate(config, scope, h, pairs.gathered, time)),
    e: add(state.e, linear(scope.child('pair'), pairs.a, config.pair_width)),
  }
}

/** Messages and moves of pairs. */
function pairRound(
  { pair_width: width, references }: EquivariantFields,
  scope: Scope,
  { sums, there, reach, time, y, h, e }: State,
) {
  const away = sums.apart(y)
  const distance = sqrt(add(sum(square(away), 2, { keepDims: true }), 1e-4))
  const wanted = linear(scope.child('wanted'), e, references, {
    init: uniformWithin(0.5 / Math.sqrt(width)),
    biasInit: inParts(...Array.from({ length: references }, (_, k) => nearest + k * (spread / references))),
  })
  const pull = tanh(mul(div(sub(wanted, distance), reach), 0.5))
  const a = silu(
    [
      e,
      sums.together(linear(scope.child('from_atoms'), h, width, { bias: false })),
      linear(scope.child('from_distance'), concat([radial(distance), pull], 2), width),
      linear(scope.child('from_time'), time, width, { bias: false }),
    ].reduce((total, term) => add(total, term)),
  )
  const strength = mul(linear(scope.child('strength'), a, references + 1, { init: zeros }), there)
  const force = add(
    sum(mul(slice(strength, 2, 0, references), pull), 2, { keepDims: true }),
    slice(strength, 2, references, references + 1),
  )
  return {
    a,
    move: sums.pushed(mul(div(force, add(distance, softening)), away)),
    gathered: mul(sums.gathered(mul(a, there)), 0.25),
  }
}

function atomUpdate({ width }: EquivariantFields, scope: Scope, h: Tensor, gathered: Tensor, time: Tensor): Tensor {
  const own = linear(scope.child('mlp_1'), concat([h, gathered], 2), 2 * width)
  const hidden = silu(add(own, linear(scope.child('mlp_time'), time, 2 * width, { bias: false })))
  return linear(scope.child('mlp_2'), hidden, width)
}

/** Distances that pairs are pulled to at first, in ångström: from a bond's length on. */
const [nearest, spread] = [1.2, 4]

/** Added to a distance that is divided by. */
const softening = 0.05

/** Centres of the radial functions, and their common width, in ångström. */
const [step, first, count] = [0.24, 0.8, 20]

/** Gaussian functions of the distance, `[N, pairs, 20]`. */
function radial(distance: Tensor): Tensor {
  const radii = Float32Array.from({ length: count }, (_, i) => first + step * i)
  return exp(mul(square(sub(distance, constant(radii, [1, 1, count]))), -1 / (2 * step ** 2)))
}
