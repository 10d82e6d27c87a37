/** What the extension exports to other extensions and to tests. */

export interface FoveaApi {
  /** Process id of the engine; undefined while it does not run. */
  enginePid(): number | undefined;
  /** Text of the status-bar item. */
  status(): string;
  /** One entry per open result panel, in the order of opening. */
  panels(): PanelSummary[];
  /** Commands that do something. */
  commands(): Promise<string[]>;
}

export interface PanelSummary {
  /** URI of the picture. */
  picture: string;
  technique: string;
  model: string;
  busy: boolean;
  /** Name of the explained class, once there is a result. */
  className: string | undefined;
  /** Reason code of the error shown. */
  error: string | undefined;
}
