/** A part of a model folder that is ONNX files. */
import type { GraphFiles } from '../../engine/graph/index.ts'

/** A part: its files, and its class and configuration as far as they are known. */
export interface OnnxPart {
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
  readonly onnx: GraphFiles
}

/** A number of pixels for both sides, or one for each. */
export type Side = number | readonly [height: number, width: number] | undefined

/** Height and width. */
export function sidesOf(side: Side): readonly [number, number] | undefined {
  return typeof side === 'number' ? [side, side] : side
}
