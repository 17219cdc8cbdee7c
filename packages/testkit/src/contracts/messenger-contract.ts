import { messengerButtonContract } from './messenger-button-contract.ts';
import { messengerFileContract } from './messenger-file-contract.ts';
import { messengerMessageContract } from './messenger-message-contract.ts';
import { messengerPlaceContract } from './messenger-place-contract.ts';
import { messengerUnconfirmedContract } from './messenger-unconfirmed-contract.ts';
import type { MessengerWorld } from './messenger-world.ts';

/** The promises of `Messenger`. */
export const messengerContract = (create: () => Promise<MessengerWorld>): void => {
  messengerMessageContract(create);
  messengerButtonContract(create);
  messengerFileContract(create);
  messengerUnconfirmedContract(create);
  messengerPlaceContract(create);
};
