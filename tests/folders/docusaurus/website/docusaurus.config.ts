export default {
  title: 'The till',
};
