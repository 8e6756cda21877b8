/** The options of an evaluation of a flow. */
import type { ValuesOf } from '../../options.ts'
import type { judgeOptions } from '../options.ts'
import type { evalOptions } from './options/eval.ts'

/** All of them. */
export type FlowJudgeOptions = ValuesOf<typeof judgeOptions & typeof evalOptions>
