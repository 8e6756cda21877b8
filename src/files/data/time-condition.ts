/** The name of the condition that tells a network the time of a window. */
export const timeCondition = 'time'
