/**
 * Couplings: one half of the first axis stays, and a network makes of it the parameters by which the other half is mapped, number by
 * number. So the Jacobian is triangular, and the inverse costs as much as the forward.
 * Dinh, Sohl-Dickstein & Bengio, Density Estimation Using Real NVP (2017), equations 7 and 8.
 */
import { concat, reshape, slice, transpose } from '../../engine/graph/index.ts'
import type { Shape, Tensor } from '../../engine/graph/index.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { TweedieError } from '../../errors.ts'
import type { Bijection, FlowContext, Mapped } from './bijection.ts'
import type { Conditioner } from './conditioner.ts'
import type { ElementTransform } from './element-transform.ts'
import { sumItems } from './sum-items.ts'

/** What a coupling consists of. */
export interface CouplingOptions {
  readonly transform: ElementTransform
  readonly conditioner: Conditioner
  /** Which half is mapped: the last (default) or the first. */
  readonly maps?: 'first' | 'last' | undefined
}

/**
 * `y = (a, T(b; θ(a)))` for items `[C, ...S]`, cut along C: log |det| = Σ log T′.
 *
 * @throws TweedieError `shape` for items that cannot be cut
 */
export function coupling(shape: Shape, { transform, conditioner, maps = 'last' }: CouplingOptions): Bijection {
  const [channels, ...spatial] = shape as [number, ...number[]]
  if (!(channels >= 2)) {
    throw new TweedieError(
      'shape',
      `[${shape.join(', ')}]: a coupling needs at least two elements along the first axis`,
    )
  }
  const at = Math.ceil(channels / 2)
  const cut = (x: Tensor): readonly [kept: Tensor, mapped: Tensor] => {
    const [first, last] = [slice(x, 1, 0, at), slice(x, 1, at)]
    return maps === 'last' ? [first, last] : [last, first]
  }
  const join = (kept: Tensor, mapped: Tensor): Tensor => concat(maps === 'last' ? [kept, mapped] : [mapped, kept], 1)
  const parameters = (scope: Scope, kept: Tensor, mapped: Tensor, context: FlowContext): Tensor => {
    const [batch, count] = mapped.shape as [number, number]
    const raw = conditioner(scope, kept, count * transform.parameters, context)
    const each = reshape(raw, [batch, count, transform.parameters, ...spatial])
    return spatial.length === 0 ? each : transpose(each, [0, 1, ...spatial.map((_, i) => i + 3), 2])
  }
  return Object.freeze<Bijection>({
    name: `${transform.name} coupling`,
    shape,
    outputShape: shape,
    forward(scope, x, context): Mapped {
      const [kept, from] = cut(x)
      if (transform.box !== undefined) context.watch?.(from, transform.box)
      const { y, logDerivative } = transform.forward(from, parameters(scope, kept, from, context))
      return { y: join(kept, y), logDet: sumItems(logDerivative) }
    },
    inverse(scope, y, context): Mapped {
      const [kept, from] = cut(y)
      const { y: x, logDerivative } = transform.inverse(from, parameters(scope, kept, from, context))
      return { y: join(kept, x), logDet: sumItems(logDerivative) }
    },
  })
}
