/** Muon as an expression. */
import { add, concat, mul, reshape, sizeOf, slice, sub } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { adamOfMuon, muonFactor, type MuonOptions, muonPlaces, type TensorPlace } from '../optim/muon-options.ts'
import { adamwRule } from './adamw.ts'
import { orthogonalised } from './newton-schulz.ts'
import type { DescentRule, Named } from './rule.ts'

/**
 * Muon for tensors that lie one after the other, as `muon` of `muon/`, but for rounding: matrices are moved along the orthogonalised
 * momentum, everything else by AdamW.
 *
 * @throws TweedieError `usage` for options that make no sense
 */
export function muonRule(tensors: readonly TensorPlace[], options: MuonOptions = {}): DescentRule {
  const { momentum = 0.95, nesterov = true, iterations } = options
  const adam = adamOfMuon(options)
  const { weightDecay } = adam
  const rest = adamwRule(adam)
  const { matrices, others } = muonPlaces(tensors, options)
  return Object.freeze<DescentRule>({
    name: 'muon',
    slots: rest.slots,
    numbersAt: (step, rate) => ({
      ...rest.numbersAt(step, rate),
      rate,
      ...(weightDecay > 0 && { kept: 1 - rate * weightDecay }),
    }),
    update(params, gradient, slots, numbers) {
      const m = slots['m']!
      const size = params.shape[0]!
      const moved = matrices.map(({ from, to, rows, columns }) => {
        const [old, g, past] = [params, gradient, m].map((flat) => slice(flat, 0, from, to)) as [Tensor, Tensor, Tensor]
        const now = add(mul(past, momentum), g)
        const ahead = nesterov ? add(mul(now, momentum), g) : now
        return { from, to, old, now, ahead: reshape(ahead, [rows, columns]) }
      })
      const directions = orthogonalised(
        moved.map(({ ahead }) => ahead),
        { iterations, factors: matrices.map(muonFactor) },
      )
      const pieces: Piece[] = moved.map(({ from, to, old, now }, i) => {
        const kept = numbers['kept'] === undefined ? old : mul(old, numbers['kept'])
        const way = mul(reshape(directions[i]!, [to - from]), numbers['rate']!)
        return { from, to, params: sub(kept, way), slots: { m: now, v: slice(slots['v']!, 0, from, to) } }
      })
      const last = others.at(-1)
      // What lies behind the last parameter goes along with the others.
      const ranges = last?.[1] === endOf(tensors) ? [...others.slice(0, -1), [last[0], size] as const] : others
      for (const [from, to] of ranges) {
        const cut = (flat: Tensor): Tensor => slice(flat, 0, from, to)
        const own = Object.fromEntries(rest.slots.map((slot) => [slot, cut(slots[slot]!)]))
        pieces.push({ from, to, ...rest.update(cut(params), cut(gradient), own, numbers) })
      }
      pieces.sort((a, b) => a.from - b.from)
      if (pieces.at(-1)!.to < size) {
        const end = pieces.at(-1)!.to
        const same = (flat: Tensor): Tensor => slice(flat, 0, end, size)
        pieces.push({ from: end, to: size, params: same(params), slots: { m: same(m), v: same(slots['v']!) } })
      }
      const whole = (of: (piece: Piece) => Tensor): Tensor => concat(pieces.map(of), 0)
      return {
        params: whole((piece) => piece.params),
        slots: { m: whole((piece) => piece.slots['m']!), v: whole((piece) => piece.slots['v']!) },
      }
    },
  })
}

interface Piece {
  readonly from: number
  readonly to: number
  readonly params: Tensor
  readonly slots: Named
}

const endOf = (tensors: readonly TensorPlace[]): number => tensors.reduce((end, { shape }) => end + sizeOf(shape), 0)
