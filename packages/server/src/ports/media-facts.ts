/** What can be told of a leg without what passes it: for operators. */

export interface MediaAmount {
  readonly frames: number;
  readonly bytes: number;
}

export interface MediaFacts {
  readonly connected: boolean;
  /** "tcp 192.0.2.1:49152" */
  readonly connection: string | undefined;
  /** What is to go to the device, and is not answered. */
  readonly waiting: MediaAmount;
  /** Since the leg is there. */
  readonly received: MediaAmount;
  readonly sent: MediaAmount;
}
