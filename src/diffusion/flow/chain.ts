/** Bijections one after another, and turned round. */
import { add } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { TweedieError } from '../../errors.ts'
import type { Bijection, FlowContext, Mapped } from './bijection.ts'

/**
 * y = fₙ(… f₁(x)), whose log-determinants add up. It has an inverse if all of its parts have one.
 *
 * @throws TweedieError `shape` where one part does not take what the part before it makes
 * @example
 * const flow = chain([mixing([4], 1), coupling([4], { transform: splineTransform(), conditioner })])
 */
export function chain(parts: readonly Bijection[]): Bijection {
  if (parts.length === 0) throw new TweedieError('usage', 'a chain of no bijections: it needs at least one')
  parts.slice(1).forEach((part, i) => {
    const before = parts[i]!
    if (before.outputShape.join() === part.shape.join()) return
    throw new TweedieError(
      'shape',
      `${part.name} takes [${part.shape.join(', ')}], and ${before.name} before it makes [${before.outputShape.join(', ')}]`,
    )
  })
  const back = (scope: Scope, y: Tensor, context: FlowContext): Mapped =>
    through([...parts.entries()].reverse(), y, (i, part, h) => part.inverse!(scope.child(i), h, context))
  return Object.freeze<Bijection>({
    name: 'chain',
    shape: parts[0]!.shape,
    outputShape: parts.at(-1)!.outputShape,
    parts,
    forward: (scope, x, context) =>
      through([...parts.entries()], x, (i, part, h) => part.forward(scope.child(i), h, context)),
    ...(parts.every(({ inverse }) => inverse !== undefined) && { inverse: back }),
  })
}

/**
 * The same map the other way round: its forward is the other's inverse.
 *
 * @throws TweedieError `usage` for a map whose inverse is sequential: it is no expression
 */
export function invert(bijection: Bijection): Bijection {
  const { inverse, name, shape, outputShape } = bijection
  if (inverse === undefined) {
    throw new TweedieError('usage', `${name}: its inverse is sequential, so it cannot be turned round`)
  }
  return Object.freeze<Bijection>({
    name: `inverse of ${name}`,
    shape: outputShape,
    outputShape: shape,
    forward: (scope, x, context) => inverse(scope, x, context),
    inverse: (scope, y, context) => bijection.forward(scope, y, context),
  })
}

function through(
  parts: readonly (readonly [number, Bijection])[],
  start: Tensor,
  map: (i: number, part: Bijection, h: Tensor) => Mapped,
): Mapped {
  let [y, total] = [start, undefined as Tensor | undefined]
  for (const [i, part] of parts) {
    const mapped = map(i, part, y)
    y = mapped.y
    total = total === undefined ? mapped.logDet : add(total, mapped.logDet)
  }
  return { y, logDet: total! }
}
