/** Plans, estimates and weights that are kept, in words. */
import type { TrainRunEvent } from './train-run.ts'
import { bytes, duration, table, thousands } from '../../words.ts'

/** What happens, by its name. */
export type Event<Type extends TrainRunEvent['type']> = Extract<TrainRunEvent, { type: Type }>

export function planText({ total, epochs, msPerStep, step }: Event<'plan'>): string {
  const left = duration(((total - step) * msPerStep) / 1000)
  return `${msPerStep} ms a step: ${thousands(total)} steps, ${epochs} epochs, ${left} to go`
}

export function estimateText({ parameters, memory, msPerStep, steps, epochs, seconds }: Event<'estimate'>): string {
  return table([
    ['parameters', thousands(parameters)],
    ['memory', `about ${bytes(memory)}`],
    ['pace', `${msPerStep} ms a step`],
    ['budget', `${thousands(steps)} steps, ${epochs.toFixed(1)} epochs, ${duration(seconds)}`],
  ])
}

export function keptText({ step, loss, best }: Event<'held-out'>, lossText: (loss: number) => string): string {
  const at = `held-out loss ${lossText(best.loss)}`
  return best.step === step
    ? `kept: the last weights, ${at}`
    : `kept: the weights of step ${thousands(best.step)}, ${at}; that of the last ones is ${lossText(loss)}`
}
