/** The option `conditions` of networks (inputs besides data, time and class), checked. */
import type { ConditionSpec } from './condition-spec.ts'
import type { FieldRule } from './check-config.ts'

/** Reserved names: other inputs of graphs that contain a network. */
const taken: ReadonlySet<string> = new Set(
  'x t y v u p q x0 xt labels epsilon alpha sigma sample noise weight probe target gram tokens output product posterior prior '
    .concat('evidence answer seen constant barred guess table levels estimated')
    .split(' '),
)

/** The most numbers that one item may have. */
const most = 2 ** 24

/**
 * The rule of a network that takes conditions of these kinds: null, or an object of them by name, such as
 * `{ pose: { kind: 'vector', size: 3 }, small: { kind: 'image', shape: [1, 16, 16], nothing: true } }`.
 */
export function conditionsOfKinds(...kinds: readonly ConditionSpec['kind'][]): FieldRule {
  const expected = `null, or conditions of kind ${kinds.join(' or ')} by names of small letters that no other input has`
  return [
    (value) => {
      if (value === null) return true
      if (typeof value !== 'object' || Array.isArray(value)) return false
      return Object.entries(value).every(
        ([name, spec]) => /^[a-z][a-z0-9_]{0,63}$/.test(name) && !taken.has(name) && isSpec(spec, kinds),
      )
    },
    expected,
  ]
}

function isSpec(value: unknown, kinds: readonly ConditionSpec['kind'][]): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { kind, nothing, apart, ...rest } = value as Record<string, unknown>
  const isFlag = (flag: unknown): boolean => flag === undefined || typeof flag === 'boolean'
  if (!kinds.some((each) => each === kind) || !isFlag(nothing) || !isFlag(apart)) return false
  if (apart !== undefined && kind !== 'image') return false
  const fields = Object.keys(rest).sort().join()
  if (kind === 'vector') return fields === 'size' && isCount(rest['size'])
  if (kind === 'tokens') return fields === 'length,vocabulary' && isCount(rest['length']) && isCount(rest['vocabulary'])
  if (kind === 'sequence') return fields === 'length,size' && isCount(rest['length']) && isCount(rest['size'])
  const { shape } = rest
  return (
    fields === 'shape' && Array.isArray(shape) && (shape.length === 3 || shape.length === 4) && shape.every(isCount)
  )
}

const isCount = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) < most
