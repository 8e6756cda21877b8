/** What the pages say about opening a model. */
export const words = {
  title: 'The model',
  none: 'Open a model folder: the one that training wrote, or one of Python’s diffusers.',
  drop: 'Drop a model folder or a .zip here',
  folder: 'Choose a folder',
  zip: 'Choose a .zip',
  url: 'Address of a folder',
  open: 'Open',
  here: 'On this machine',
  runs: 'Trained in this browser',
  kept: 'Opened before',
  forget: (name: string) => `Delete the copy of ${name} that this browser keeps`,
  train: 'No model at hand? Train glyphs in this page',
  other: 'Another model',
  pause: 'Pause',
  play: 'Play',
  opening: (name: string, share: string) => `Opening ${name}${share} …`,
  opened: (name: string) => `${name} is open.`,
  failed: (name: string, problem: string) =>
    problem.startsWith(`${name}:`) ? problem : `${name} could not be opened: ${problem}`,
  notKept: (problem: string) =>
    `The model is open, but this browser does not keep it: ${problem} A link to this page opens no model.`,
  of: (what: string) => `models of ${what}`,
} as const
