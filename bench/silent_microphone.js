// A caller who listens: the browser's own fake microphone beeps, and every page that draws sound draws that.

navigator.mediaDevices.getUserMedia = async () => new AudioContext().createMediaStreamDestination().stream;
