/** What the process ends with. */
export const ExitCode = {
  /** Stopped when asked to. */
  Ok: 0,
  /** Something failed that should not. */
  Failure: 1,
  /** The arguments or the configuration are wrong; the message says what. */
  Config: 2,
  /** A port cannot be listened on. */
  Listen: 3,
  /** `pregon health`: the server does not answer, or is not well. */
  Unhealthy: 4,
  /** `pregon events check`: the payload is not as the catalogue has it. */
  InvalidEvent: 5,
  /** Ended at once by a second signal: 128 and the signal's number. */
  SecondInterrupt: 130,
  SecondTerminate: 143,
} as const;
