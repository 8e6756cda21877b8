/** Options of `restore` for models of values: the kind of damage, and how answers are drawn. */
import { oneOf, options, positive, real, text, whole } from '../../../options.ts'
import { restoreMethods, restoreTasks } from '../../choices.ts'
import { classOptions, fitOptions, gridOptions, lengthOptions, overlapOptions } from '../../draw-options.ts'
import { guidanceOptions, moreGuidanceOptions } from '../../options.ts'
import { styledOptions } from '../../pictured/options/sample.ts'
import { promptOptions } from '../../words/options/sample.ts'

const [measurement, method, output] = ['Measurement', 'Method', 'Output'] as const

export const restoreOptions = options({
  prompt: { ...promptOptions.prompt, help: 'what the picture shows, to a model that knows words' },
  style: { ...styledOptions.style, help: 'a picture of the same style, to a model that learned styles' },
  longPrompts: promptOptions.longPrompts,
  clipSkip: promptOptions.clipSkip,
  negative: { ...moreGuidanceOptions.negative, help: 'a text to guide away from', conflicts: [], group: 'Words' },
  guidance: {
    ...guidanceOptions.guidance,
    help: 'strength of guidance towards the class or the prompt (default: 0); with derivatives it doubles the work',
    group: method,
  },
  task: {
    flags: '--task <name>',
    help: `the kind of damage: ${restoreTasks.join(', ')}; of clouds: complete (default)`,
    parse: text,
  },
  given: {
    flags: '--given <frames>',
    help: 'videos: the frames that the video shows, such as 0-3, or first,last; the others are made (default: all it has, at the beginning)',
    parse: text,
    group: measurement,
  },
  length: {
    ...lengthOptions.length,
    help: 'videos: how many frames in all',
    group: measurement,
  },
  overlap: { ...overlapOptions.overlap, group: measurement },
  mask: {
    flags: '--mask <file>',
    help: 'inpaint: a picture of the same size, white where something is to be filled in; for a folder of pictures one for all, or a folder of masks by name',
    parse: text,
    group: measurement,
  },
  factor: {
    flags: '--factor <n>',
    help: 'super-resolution: how many times smaller it is than pictures of the model',
    parse: whole({ min: 2 }),
    group: measurement,
  },
  bicubic: {
    flags: '--bicubic',
    help: 'super-resolution: it was reduced by bicubic interpolation, not by averages',
    group: measurement,
  },
  kernel: {
    flags: '--kernel <name>',
    help: 'deblur: gaussian:SIGMA, box:PIXELS or motion:PIXELS,DEGREES',
    parse: text,
    group: measurement,
  },
  sigma: {
    flags: '--sigma <x>',
    help: 'standard deviation of its noise, for values from -1 to 1 (default: 0.02)',
    parse: real({ min: 0 }),
    group: measurement,
  },
  simulate: { flags: '--simulate', help: 'the picture is clean: damage it first, with noise', group: measurement },
  fit: { ...fitOptions.fit, group: measurement },
  method: {
    flags: '--method <name>',
    help: `how to draw: ${restoreMethods.join(', ')} (default: mmps)`,
    parse: oneOf(restoreMethods),
    group: method,
  },
  steps: { flags: '--steps <n>', help: "steps (default: the method's)", parse: whole({ max: 100_000 }), group: method },
  iterations: {
    flags: '--iterations <n>',
    help: 'mmps: iterations of the solver in each step (default: 3)',
    parse: whole({ max: 1000 }),
    group: method,
  },
  gamma: {
    flags: '--gamma <x>',
    help: 'sda: the doubt about the picture, in units of its noise (default: 0.01)',
    parse: positive,
    group: method,
  },
  zeta: {
    flags: '--zeta <x>',
    help: 'dps: length of the step (default: 400/steps, 4 at most); diffpir: share of new noise (default: 1)',
    parse: real({ min: 0 }),
    group: method,
  },
  lambda: {
    flags: '--lambda <x>',
    help: 'diffpir: weight of the model against the measurement (default: 1)',
    parse: positive,
    group: method,
  },
  resample: {
    flags: '--resample <n>',
    help: 'repaint: how often steps are repeated (default: 10)',
    parse: whole({ max: 1000 }),
    group: method,
  },
  class: { ...classOptions.class, help: 'its class, if that is known', group: method },
  columns: { ...gridOptions.columns, group: output },
  scale: { ...gridOptions.scale, group: output },
})
