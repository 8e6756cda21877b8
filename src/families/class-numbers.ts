/** Classes by name or number. */
import { type ConditionRequest, conditionsFor } from './conditions.ts'

/** The classes of a model. */
export interface Classified {
  readonly classNames: readonly string[]
  /** The label that means "no class", if there is one. */
  readonly unconditionalLabel?: number | undefined
}

/**
 * The class of each of so many items: the classes asked for, in turn.
 *
 * @param request a name or number, several with commas, `all`, or a list of them; null is no class
 * @param option the option's name, for the message @throws TweedieError `usage` for an unknown class
 */
export function classNumbers(
  { classNames, unconditionalLabel: none }: Classified,
  request: ConditionRequest,
  count: number,
  option = '`class`',
): Int32Array {
  const description = {
    spec: { kind: 'class', classes: classNames.length } as const,
    classNames,
    ...(none !== undefined && { nothing: Int32Array.of(none) }),
  }
  return conditionsFor(description, request, count, { option }) as Int32Array
}

/** The same for a request that may be missing. */
export function classesAsked(model: Classified, request: unknown, count: number): Int32Array | undefined {
  return request === undefined ? undefined : classNumbers(model, request as ConditionRequest, count)
}
