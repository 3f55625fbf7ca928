export default {
  title: 'The press',
};
