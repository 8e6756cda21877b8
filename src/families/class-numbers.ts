/** Classes by the names or numbers that were asked for. */
import { type ConditionRequest, conditionsFor } from './conditions.ts'

/** What of a model knows classes. */
export interface Classified {
  readonly classNames: readonly string[]
  /** The label that means "no class", if there is one. */
  readonly unconditionalLabel?: number | undefined
}

/**
 * The class of each of so many items: the classes asked for, in turn.
 *
 * @param request a name or number, several with commas, `all`, or a list of them; null is no class
 * @param option what it was asked by, for the message
 * @throws TweedieError `usage` for a class that there is not
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

/** The same where a class may have been asked for, or not. */
export function classesAsked(model: Classified, request: unknown, count: number): Int32Array | undefined {
  return request === undefined ? undefined : classNumbers(model, request as ConditionRequest, count)
}
